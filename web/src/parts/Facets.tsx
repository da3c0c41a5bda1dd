// What nodes are at the moment, as buttons with counts that narrow the view.

import { For, Show } from 'solid-js'
import type { Look } from '../app/look'
import { FACETS, type FacetKey } from '../fleet/facets'
import { grouped } from '../words/count'

/** The same shapes as on the map. */
function Mark(props: { facet: FacetKey }) {
  const power = () => ['on', 'off', 'unknown'].includes(props.facet)
  const ring = () => ['open', 'trouble', 'failed'].includes(props.facet)
  return (
    <Show when={power()} fallback={<Show when={ring()}>{<span class="ring" data-ring={props.facet} aria-hidden="true" />}</Show>}>
      <span class="power" data-power={props.facet} aria-hidden="true" />
    </Show>
  )
}

export function Facets(props: { look: Look }) {
  return (
    <div class="facets" role="group" aria-label="Only nodes that are">
      <For each={FACETS}>
        {(facet, index) => {
          const number = () => props.look.view().counts[index()]!
          const pressed = () => props.look.facets().includes(facet.key)
          return (
            <Show when={number() > 0 || pressed() || index() < 4}>
              <button
                type="button"
                class="facet"
                data-facet={facet.key}
                aria-pressed={pressed()}
                title={facet.hint}
                onClick={() => props.look.toggleFacet(facet.key)}
              >
                <Mark facet={facet.key} />
                {facet.label} <span class="number">{props.look.filtered().is === 'wrong' ? '–' : grouped(number())}</span>
              </button>
            </Show>
          )
        }}
      </For>
    </div>
  )
}
