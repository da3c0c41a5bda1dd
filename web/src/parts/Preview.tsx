// What a command would do, as the server foretells it: how many fire, and whom it replaces.

import { For, Match, Switch } from 'solid-js'
import type { Foretold, Told } from '../app/act'
import { grouped } from '../words/count'
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
        </Match>
      </Switch>
    </div>
  )
}
