// Before a press: what it will do to how many, and whom it replaces, as the server foretells it; and what else it may carry.

import { For, Match, Show, Switch, createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js'
import { createStore } from 'solid-js/store'
import { giveInBatches } from '../app/batches'
import { useHouse, type House } from '../app/house'
import { may } from '../app/session'
import { setAsked, type Asked } from '../app/ui'
import { Refused, wordsOf } from '../api/client'
import type { CommandAnswer, CommandRequest } from '../api/types'
import { batchLines, commandLine, isDisruptive } from '../act/cli'
import { NO_WISH, PRESSABLE, plan, type Draft } from '../act/plan'
import { expandAll, foldNames } from '../nodeset'
import { VIEWER_WORDS } from '../parts/Actions'
import { CopyLine } from '../parts/CopyLine'
import { Dialog } from '../parts/Dialog'
import { count, grouped } from '../words/count'
import { verdictPhrase } from '../words/verdict'
import { ActOptions } from './ActOptions'

/** So long after a change of the form or of the nodes the server is asked again what would happen. */
const REST_MS = 200
const AGAIN_MS = 1_500

export function ActDialog(props: { asked: Asked }) {
  const house = useHouse()
  const { action, names } = props.asked
  const pressable = PRESSABLE.find((it) => it.action === action)!
  const [wish, setWish] = createStore<Draft>({ ...NO_WISH, action, names })
  const [typed, setTyped] = createSignal('')
  const planned = createMemo(() => plan(wish))
  const whole = createMemo((): CommandRequest => {
    const right = plan({ ...wish, batch: 0 })
    return right.is === 'right' ? right.requests[0]! : { action, nodes: foldNames(names) }
  })
  const preview = createPreview(house, whole)
  const close = () => setAsked(undefined)
  const limit = () => house.me.confirm_over
  const mustType = () => isDisruptive(action) && names.length > limit()
  const protects = () => (preview()?.is === 'told' ? (preview() as Told).answer.protected : undefined)
  const blocked = createMemo((): string | undefined => {
    if (!may(house.me.role, 'operator')) return VIEWER_WORDS
    const right = planned()
    if (right.is === 'wrong') return right.because
    if (protects() && !wish.forceProtected) return 'Protected nodes are among them: say so below, or leave them out.'
    if (mustType() && typed().trim() !== String(names.length)) return `Type ${names.length} to go on.`
    return undefined
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const right = planned()
    if (blocked() !== undefined || right.is === 'wrong') return
    const requests = right.requests.map((request) => confirmed(request, mustType(), names.length, right.requests.length))
    close()
    if (requests.length === 1) void house.presses.give(requests[0]!)
    else void giveInBatches(house.presses, requests, right.delayMs)
  }
  const line = createMemo(() => {
    const right = planned()
    if (right.is === 'wrong') return commandLine(whole())
    const requests = right.requests.map((request) => confirmed(request, mustType(), names.length, right.requests.length))
    return requests.length === 1 ? commandLine(requests[0]!) : batchLines(requests, right.delayMs)
  })
  return (
    <Dialog title={`${pressable.label}: ${count(names.length, 'node')}`} close={close}>
      <form class="act-form" onSubmit={submit}>
        <p class="faint">{pressable.says}</p>
        <code class="act-nodes" tabindex="0" role="group" aria-label="Nodes">
          {whole().nodes}
        </code>
        <Preview preview={preview()} />
        <Show when={protects()}>
          <label class="check">
            <input type="checkbox" onChange={(event) => setWish('forceProtected', event.currentTarget.checked)} /> Also the protected ones:{' '}
            <span class="mono">{protects()}</span>
          </label>
        </Show>
        <label for="act-reason">Reason, for whoever looks later</label>
        <input id="act-reason" type="text" maxlength="200" autocomplete="off" onInput={(event) => setWish('reason', event.currentTarget.value)} />
        <ActOptions wish={wish} setWish={setWish} />
        <Show when={mustType()}>
          <label for="act-count">
            This is for more than {limit()} nodes. Type their number, <strong>{names.length}</strong>, to go on
          </label>
          <input
            id="act-count"
            type="text"
            inputmode="numeric"
            autocomplete="off"
            class="count-input mono"
            autofocus
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </Show>
        <CopyLine line={line()} />
        <footer>
          <p class="blocked" role="status">
            {blocked() ?? ''}
          </p>
          <button class="button" type="button" onClick={close}>
            Not now
          </button>
          <button class="button primary" data-action={action} type="submit" autofocus={!mustType()} aria-disabled={blocked() !== undefined}>
            {pressable.label} {count(names.length, 'node')}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

/** A request with its number repeated, where it has to be. */
function confirmed(request: CommandRequest, mustType: boolean, all: number, batches: number): CommandRequest {
  if (!mustType) return request
  return batches === 1 ? { ...request, confirm: all } : { ...request, confirm: expandAll(request.nodes).length }
}

type Told = { readonly is: 'told'; readonly answer: CommandAnswer }
type Foretold = Told | { readonly is: 'refused'; readonly because: string }

/** What the server says would happen; asked again while nodes change. */
function createPreview(house: House, request: () => CommandRequest): () => Foretold | undefined {
  const [foretold, setForetold] = createSignal<Foretold | undefined>(undefined)
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0
  const ask = async () => {
    timer = undefined
    const mine = ++asked
    const found = await foretell(house, request())
    if (mine === asked) setForetold(found)
  }
  const soon = (ms: number) => (timer ??= setTimeout(() => void ask(), ms))
  createEffect(on(() => JSON.stringify(request()), () => soon(foretold() ? REST_MS : 0)))
  createEffect(on(() => house.version(), () => soon(AGAIN_MS), { defer: true }))
  onCleanup(() => clearTimeout(timer))
  return foretold
}

async function foretell(house: House, request: CommandRequest): Promise<Foretold> {
  try {
    const answer = await house.client.post<CommandAnswer>('/api/v1/commands', { ...request, dry_run: true })
    return { is: 'told', answer }
  } catch (error) {
    const verdicts = error instanceof Refused ? error.problem.verdicts : undefined
    const more = verdicts && verdicts.length > 0 ? ` ${verdicts.map(verdictPhrase).join(', ')}.` : ''
    return { is: 'refused', because: `${wordsOf(error)}${more}` }
  }
}

function Preview(props: { preview: Foretold | undefined }) {
  return (
    <div class="preview" role="status" aria-live="polite" data-testid="preview">
      <Switch fallback={<p class="faint">Asking what it would do.</p>}>
        <Match when={props.preview?.is === 'refused'}>
          <p class="wrong">{(props.preview as Extract<Foretold, { is: 'refused' }>).because}</p>
        </Match>
        <Match when={props.preview?.is === 'told'}>
          <ul>
            <For each={(props.preview as Told).answer.verdicts}>
              {(group) => (
                <li data-does={group.does}>
                  <strong>{grouped(group.count)}</strong> {verdictPhrase(group).slice(grouped(group.count).length + 1)}
                  <span class="mono faint clip">{group.nodes}</span>
                </li>
              )}
            </For>
          </ul>
        </Match>
      </Switch>
    </div>
  )
}
