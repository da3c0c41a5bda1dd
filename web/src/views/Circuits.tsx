// Load against limit of each circuit. It is shown only where the server knows circuits.

import { For, Show, onCleanup } from 'solid-js'
import { useHouse } from '../app/house'
import { follow, hrefOf } from '../app/route'
import { View } from '../parts/View'
import { count } from '../words/count'

const LOOK_MS = 5_000

export function Circuits() {
  const house = useHouse()
  const timer = setInterval(() => house.askCircuits(), LOOK_MS)
  onCleanup(() => clearInterval(timer))
  return (
    <View title="Circuits" says="A rack that starts at once trips its breaker, so power-ons wait for their turn here. Power-offs never do.">
      <ul class="cards">
        <For each={house.circuits() ?? []}>
          {(circuit) => (
            <li class="card">
              <p class="card-title" onClick={follow}>
                <a href={hrefOf('fleet', { q: circuit.nodes ?? `circuit=${circuit.circuit}` })}>{circuit.circuit}</a>
              </p>
              <Show when={circuit.limit != null && circuit.load != null}>
                <meter min="0" max={circuit.limit!} high={circuit.limit! * 0.8} value={circuit.load!}>
                  {circuit.load} of {circuit.limit}
                </meter>
                <p>
                  {circuit.load} of {circuit.limit}
                  <Show when={circuit.waiting}> · {circuit.waiting} waiting</Show>
                </p>
              </Show>
              <p class="faint">{count(circuit.count, 'node')}</p>
            </li>
          )}
        </For>
      </ul>
      <Show when={house.circuits() === undefined}>
        <p class="empty">This server does not tell of circuits.</p>
      </Show>
    </View>
  )
}
