// Who may come in, what they may do, and where. A token's text is shown once, when it is made.

import { For, Show, createSignal } from 'solid-js'
import { createDocument } from '../app/asked'
import { useHouse } from '../app/house'
import { may } from '../app/session'
import { copy, tell } from '../app/ui'
import { wordsOf } from '../api/client'
import type { Role, TokenEntry } from '../api/types'
import { quote } from '../act/cli'
import { CopyLine } from '../parts/CopyLine'
import { Dialog } from '../parts/Dialog'
import { View } from '../parts/View'
import { dateTime } from '../words/span'

export function Tokens() {
  const house = useHouse()
  return (
    <Show
      when={may(house.me.role, 'admin')}
      fallback={
        <View title="Tokens" says="Who may come in, what they may do, and where.">
          <p class="empty">
            Tokens are for admins to see and make; you are {house.me.you}, {house.me.role}.
          </p>
        </View>
      }
    >
      <List />
    </Show>
  )
}

function List() {
  const house = useHouse()
  const document = createDocument(house, () => house.client.get<{ tokens: TokenEntry[] }>('/api/v1/tokens'), () => undefined, 30_000)
  const [made, setMade] = createSignal<{ name: string; token: string } | undefined>(undefined)
  const [leaving, setLeaving] = createSignal<TokenEntry | undefined>(undefined)
  const remove = async (name: string) => {
    setLeaving(undefined)
    try {
      await house.client.delete(`/api/v1/tokens/${encodeURIComponent(name)}`)
      document.again()
    } catch (error) {
      tell(wordsOf(error))
    }
  }
  return (
    <View title="Tokens" says="Who may come in, what they may do, and where. Texts are kept hashed." wrong={document.wrong()}>
      <Make made={(token) => (setMade(token), document.again())} />
      <Show when={made()}>
        {(made) => (
          <div class="card made" role="status">
            <p>
              The token of <strong>{made().name}</strong>. It is shown this once:
            </p>
            <CopyLine line={made().token} label="The token" />
            <button class="button" type="button" onClick={() => setMade(undefined)}>
              I have it
            </button>
          </div>
        )}
      </Show>
      <Table tokens={document.read()?.tokens ?? []} remove={setLeaving} />
      <Show when={leaving()}>
        {(token) => <Leave name={token().name} keep={() => setLeaving(undefined)} remove={() => void remove(token().name)} />}
      </Show>
    </View>
  )
}

function Table(props: { tokens: readonly TokenEntry[]; remove: (token: TokenEntry) => void }) {
  const house = useHouse()
  return (
    <div class="list-scroll" tabindex="0" role="region" aria-label="Tokens">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">name</th>
            <th scope="col">role</th>
            <th scope="col">where</th>
            <th scope="col">begins with</th>
            <th scope="col">made</th>
            <th scope="col">
              <span class="unseen">Delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          <For each={props.tokens}>
            {(token) => (
              <tr>
                <td>
                  <strong>{token.name}</strong> {token.name === house.me.you ? <span class="faint">you</span> : ''}
                </td>
                <td>{token.role}</td>
                <td class="mono">{token.scope ?? 'everywhere'}</td>
                <td class="mono">{token.prefix}…</td>
                <td class="nowrap">{dateTime(token.created_at_ms)}</td>
                <td>
                  <button class="quiet" type="button" onClick={() => props.remove(token)}>
                    Delete
                  </button>
                </td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </div>
  )
}

function Leave(props: { name: string; keep: () => void; remove: () => void }) {
  return (
    <Dialog title={`Delete the token of ${props.name}?`} close={props.keep}>
      <p>Whoever uses it is refused from then on. Commands that were given stay given.</p>
      <CopyLine line={`lastword token delete ${quote(props.name)}`} />
      <footer class="dialog-foot">
        <button class="button" type="button" onClick={props.keep}>
          Keep it
        </button>
        <button class="button primary" data-action="off" type="button" onClick={props.remove}>
          Delete
        </button>
      </footer>
    </Dialog>
  )
}

function Make(props: { made: (token: { name: string; token: string }) => void }) {
  const house = useHouse()
  const [name, setName] = createSignal('')
  const [role, setRole] = createSignal<Role>('viewer')
  const [scope, setScope] = createSignal('')
  const [because, setBecause] = createSignal('')
  const line = () => `lastword token create ${quote(name() || 'NAME')} --role ${role()}${scope() ? ` --scope ${quote(scope())}` : ''}`
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const request = { name: name(), role: role(), ...(scope().trim() === '' ? {} : { scope: scope().trim() }) }
    try {
      props.made(await house.client.post<{ name: string; token: string }>('/api/v1/tokens', request))
      setBecause('')
    } catch (error) {
      setBecause(wordsOf(error))
    }
  }
  return (
    <form class="make" onSubmit={(event) => void submit(event)} aria-label="Make a token">
      <span>
        <label for="token-name">Name</label>
        <input id="token-name" type="text" required maxlength="64" autocomplete="off" onInput={(event) => setName(event.currentTarget.value)} />
      </span>
      <span>
        <label for="token-role">Role</label>
        <select id="token-role" onChange={(event) => setRole(event.currentTarget.value as Role)}>
          <option value="viewer">viewer</option>
          <option value="operator">operator</option>
          <option value="admin">admin</option>
        </select>
      </span>
      <span>
        <label for="token-scope">Only for these nodes</label>
        <input id="token-scope" class="mono" type="text" placeholder="everywhere" onInput={(event) => setScope(event.currentTarget.value)} />
      </span>
      <button class="button primary" type="submit">
        Make a token
      </button>
      <button class="quiet" type="button" onClick={() => void copy(line())}>
        Copy CLI
      </button>
      <p class="wrong" role="alert">
        {because()}
      </p>
    </form>
  )
}
