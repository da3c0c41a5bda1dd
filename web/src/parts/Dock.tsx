// What was pressed here and what became of it, a line each: from the moment of the press to its last outcome.

import { For, Show, createSignal } from 'solid-js'
import { useHouse } from '../app/house'
import { isOpen, type Press } from '../app/presses'
import { copy } from '../app/ui'
import { refusedCount, replacedLine, shares, sharesLine } from '../act/became'
import { age } from '../words/span'
import { verdictLine } from '../words/verdict'
import { Withdraw } from './Withdraw'

/** So many lines are shown unless somebody asks for more. */
const LINES = 3

export function Dock() {
  const { presses } = useHouse()
  const [all, setAll] = createSignal(false)
  const shown = () => (all() ? presses.list() : presses.list().slice(0, LINES))
  return (
    <Show when={presses.list().length > 0}>
      <section class="dock" aria-label="What you pressed">
        <ol>
          <For each={shown()}>{(press) => <PressLine press={press} />}</For>
        </ol>
        <Show when={presses.list().length > 1}>
          <p class="dock-foot">
            <Show when={presses.list().length > LINES}>
              <button class="quiet" type="button" onClick={() => setAll(!all())}>
                {all() ? 'Show fewer' : `Show all ${presses.list().length}`}
              </button>
            </Show>
            <button class="quiet" type="button" onClick={() => presses.dismissEnded()}>
              Put away what ended
            </button>
          </p>
        </Show>
        <p class="unseen" aria-live="polite">
          {presses.news()}
        </p>
      </section>
    </Show>
  )
}

function PressLine(props: { press: Press }) {
  const house = useHouse()
  const since = () => {
    house.now()
    return age(Date.now() - props.press.at)
  }
  return (
    <li class="press" data-stage={props.press.stage} data-open={isOpen(props.press)}>
      <span class="press-what">
        <strong>{props.press.request.action}</strong>{' '}
        <span class="mono clip" title={props.press.request.nodes}>
          {props.press.request.nodes}
        </span>
      </span>
      <Bar press={props.press} />
      <span class="press-words">{pressWords(props.press, since())}</span>
      <span class="press-end">
        <Show when={props.press.seq}>
          <span class="mono faint">#{props.press.seq}</span>
        </Show>
        <button class="quiet" type="button" onClick={() => void copy(props.press.line)} title={props.press.line}>
          Copy CLI
        </button>
        <Show when={isOpen(props.press) && props.press.seq}>
          <Withdraw seq={props.press.seq!} nodes={props.press.request.nodes} />
        </Show>
        <button
          class="quiet"
          type="button"
          onClick={() => house.presses.dismiss(props.press.id)}
          aria-label={`Put away ${props.press.request.action} of ${props.press.request.nodes}`}
        >
          ✕
        </button>
      </span>
    </li>
  )
}

/** The command's nodes as a bar, a length for each kind of end. */
function Bar(props: { press: Press }) {
  const parts = () => (props.press.command ? shares(props.press.command) : [])
  const total = () => props.press.command?.count ?? 1
  return (
    <span class="bar" aria-hidden="true">
      <For each={parts()}>
        {(share) => <span data-kind={share.kind} style={{ width: `${(100 * share.count) / total()}%` }} title={share.words} />}
      </For>
    </span>
  )
}

function pressWords(press: Press, since: string): string {
  if (press.because !== undefined) return press.because
  if (press.stage === 'sending') return `sent, no answer yet · ${since}`
  if (press.stage === 'unanswered') return `no answer came; asked again under the same key · ${since}`
  const answer = press.answer
  const replaced = replacedLine(press.command?.verdicts ?? answer?.verdicts ?? [])
  const refused = refusedCount(answer?.verdicts ?? [])
  const now = press.command ? sharesLine(press.command) : verdictLine(answer?.verdicts ?? [])
  const parts = [now, replaced, refused > 0 && !press.command ? `${refused} refused` : '']
  return parts.filter((part) => part !== '').join(' · ')
}
