// The chosen nodes, folded, and what can be done with them.

import { Show, createEffect, createMemo, createSignal, onCleanup } from 'solid-js'
import { useHouse } from '../app/house'
import type { Look } from '../app/look'
import { copy, setHolding } from '../app/ui'
import { foldNames } from '../nodeset'
import { count, grouped } from '../words/count'
import { Actions } from './Actions'

/** So many names are folded at once; more of them only when the selection rests. */
const AT_ONCE = 2_000
const LATER_MS = 80

export function SelectionBar(props: { look: Look }) {
  const house = useHouse()
  const names = createMemo(() => {
    house.selected()
    house.inventory()
    return house.fleet.namesAt(house.selection.places())
  })
  const [later, setLater] = createSignal('')
  createEffect(() => {
    const many = names()
    if (many.length <= AT_ONCE) return
    const timer = setTimeout(() => setLater(foldNames(many)), LATER_MS)
    setLater('…')
    onCleanup(() => clearTimeout(timer))
  })
  const folded = createMemo(() => (names().length <= AT_ONCE ? foldNames(names()) : later()))
  return (
    <section class="selection" aria-label="Chosen nodes" classList={{ 'is-empty': names().length === 0 }}>
      <Show
        when={names().length > 0}
        fallback={
          <p class="faint">
            Nothing is chosen.
            <Show when={props.look.view().places.length > 0}>
              {' '}
              Drag on the map, tick rows, or{' '}
              <button class="link" type="button" onClick={() => house.selection.choose(props.look.view().places, false)}>
                choose all {grouped(props.look.view().places.length)} that are shown
              </button>
              .
            </Show>
          </p>
        }
      >
        <div class="selection-what">
          <strong>{count(names().length, 'node')}</strong>
          <code class="clip" title={folded()} data-testid="folded">
            {folded()}
          </code>
          <button class="quiet" type="button" onClick={() => void copy(folded())}>
            Copy
          </button>
          <button class="quiet" type="button" onClick={() => house.selection.clear()}>
            Let go
          </button>
        </div>
        <Actions names={names()} onHold={() => setHolding(names())} />
      </Show>
    </section>
  )
}
