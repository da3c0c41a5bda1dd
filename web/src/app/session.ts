// Who is signed in. The token is kept in this tab, or in this browser if its holder says so.

import { createSignal } from 'solid-js'
import { Client, Refused } from '../api/client'
import type { Role, Version } from '../api/types'

const PLACE = 'lastword.token'

export type Session =
  | { readonly is: 'out'; readonly because: string | undefined }
  | { readonly is: 'checking' }
  | { readonly is: 'in'; readonly token: string; readonly me: Version }

const [session, setSession] = createSignal<Session>({ is: 'checking' })
export { session }

/** Takes the token that a link brought, or the one that was kept. */
export async function resume(): Promise<void> {
  const token = takeFromLink() ?? sessionStorage.getItem(PLACE) ?? localStorage.getItem(PLACE)
  if (token === null) setSession({ is: 'out', because: undefined })
  else await signIn(token, localStorage.getItem(PLACE) === token)
}

// a link that is followed in an open page signs nobody out, and nobody in under another name
addEventListener('hashchange', () => {
  const token = takeFromLink()
  if (token !== null && session().is === 'out') void signIn(token, false)
})

export async function signIn(token: string, stay: boolean): Promise<void> {
  setSession({ is: 'checking' })
  try {
    const me = await new Client(token).get<Version>('/api/v1/version')
    sessionStorage.setItem(PLACE, token)
    if (stay) localStorage.setItem(PLACE, token)
    setSession({ is: 'in', token, me })
  } catch (error) {
    const wrong = error instanceof Refused && error.status === 401
    if (wrong) forget(token)
    const because = wrong ? 'The server does not know this token.' : `${(error as Error).message}.`
    setSession({ is: 'out', because })
  }
}

export function signOut(because?: string): void {
  forget()
  setSession({ is: 'out', because })
}

const RANKS: readonly Role[] = ['viewer', 'operator', 'admin']

/** Whether a role may do what needs another. */
export function may(role: Role, needed: Role): boolean {
  return RANKS.indexOf(role) >= RANKS.indexOf(needed)
}

/** Forgets what is kept; or, if it is given, that token alone. */
function forget(token?: string): void {
  for (const kept of [sessionStorage, localStorage]) {
    if (token === undefined || kept.getItem(PLACE) === token) kept.removeItem(PLACE)
  }
}

/** A fragment never reaches a server; it is taken out of the address at once. */
function takeFromLink(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (token !== null) history.replaceState(null, '', location.pathname + location.search)
  return token === null ? null : token.replace(/\s/g, '')
}
