// What a command would do, as the server foretells it: how many fire, and whom it replaces.

import { For, Match, Show, Switch } from 'solid-js'
import type { Plan } from '../api/types'
import type { Foretold, Told } from '../app/act'
import { grouped } from '../words/count'
import { age } from '../words/span'
import { verdictPhrase } from '../words/verdict'

export function Preview(props: { preview: Foretold | undefined }) {
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
          <Expected plan={(props.preview as Told).answer.plan ?? undefined} />
        </Match>
      </Switch>
    </div>
  )
}

/** How long it is expected to take, where something other than the machines limits it. */
function Expected(props: { plan: Plan | undefined }) {
  return (
    <Show when={props.plan?.because}>
      <p class="faint">
        About {age(props.plan!.expected_ms)} until the last one is there: {props.plan!.because}.
      </p>
    </Show>
  )
}
