// Where the page is: the view and its parameters, all in the address, so that every view is a link.

import { createSignal } from 'solid-js'

const BASE = '/ui'

export const VIEWS = ['fleet', 'commands', 'events', 'holds', 'clusters', 'circuits', 'tokens', 'health'] as const
export type ViewName = (typeof VIEWS)[number]

const [url, setUrl] = createSignal(here())

addEventListener('popstate', () => setUrl(here()))

/** The view that is shown. */
export function viewName(): ViewName {
  const word = url().pathname.slice(BASE.length).split('/')[1] ?? ''
  return VIEWS.find((view) => view === word) ?? 'fleet'
}

/** The address of a view. */
export function viewHref(view: ViewName): string {
  return view === 'fleet' ? `${BASE}/` : `${BASE}/${view}`
}

export function param(name: string): string {
  return url().searchParams.get(name) ?? ''
}

/** Changes parameters; an empty text takes one away. `entry` makes it a step of the history. */
export function setParams(changes: Record<string, string>, entry = false): void {
  const next = new URL(url())
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') next.searchParams.delete(name)
    else next.searchParams.set(name, value)
  }
  if (next.href !== url().href) go(next, entry)
}

export function show(view: ViewName, params: Record<string, string> = {}): void {
  const next = new URL(viewHref(view), location.origin)
  for (const [name, value] of Object.entries(params)) if (value !== '') next.searchParams.set(name, value)
  go(next, true)
}

/** The address of a view with parameters, for a link. */
export function hrefOf(view: ViewName, params: Record<string, string>): string {
  return `${viewHref(view)}?${new URLSearchParams(params).toString()}`
}

/** Follows a link of the page without loading it anew. */
export function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest('a')
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
  if (!link || !plain || link.target || link.origin !== location.origin || !link.pathname.startsWith(BASE)) return
  event.preventDefault()
  go(new URL(link.href), true)
}

/** The address without its fragment, which may hold a token. */
function here(): URL {
  const url = new URL(location.href)
  url.hash = ''
  return url
}

function go(next: URL, entry: boolean): void {
  if (entry) history.pushState(null, '', next)
  else history.replaceState(history.state, '', next)
  setUrl(next)
}
