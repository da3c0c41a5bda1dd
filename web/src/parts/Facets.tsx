// What nodes are at the moment, as buttons with counts that narrow the view.

import { For, Show } from 'solid-js'
import type { Look } from '../app/look'
import { FACETS } from '../fleet/facets'
import { grouped } from '../words/count'

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
                <span class="facet-mark" aria-hidden="true" />
                {facet.label} <span class="number">{grouped(number())}</span>
              </button>
            </Show>
          )
        }}
      </For>
    </div>
  )
}
