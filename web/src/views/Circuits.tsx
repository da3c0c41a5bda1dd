// Load against limit of each circuit. It is shown only where the server knows circuits.

import { For, Show, onCleanup } from 'solid-js'
import { useHouse } from '../app/house'
import { follow, hrefOf } from '../app/route'
import type { Circuit } from '../api/types'
import { CopyLine } from '../parts/CopyLine'
import { View } from '../parts/View'
import { count, grouped } from '../words/count'
import { age } from '../words/span'

const LOOK_MS = 5_000

export function Circuits() {
  const house = useHouse()
  const timer = setInterval(() => house.askCircuits(), LOOK_MS)
  onCleanup(() => clearInterval(timer))
  return (
    <View title="Circuits" says="A rack that starts at once trips its breaker, so power-ons wait for their turn here. Power-offs never do.">
      <ul class="cards">
        <For each={house.circuits() ?? []}>
          {(circuit) => <Card circuit={circuit} />}
        </For>
      </ul>
      <Show when={house.circuits()?.length === 0}>
        <p class="empty">No node has the label circuit, so nothing waits.</p>
      </Show>
      <Show when={house.circuits() === undefined}>
        <p class="empty">This server does not tell of circuits.</p>
      </Show>
      <CopyLine line="lastword circuits" />
    </View>
  )
}

function Card(props: { circuit: Circuit }) {
  const { circuit } = props
  return (
    <li class="card">
      <p class="card-title" onClick={follow}>
        <a href={hrefOf('fleet', { q: circuit.nodes })}>{circuit.circuit}</a>
      </p>
      <Load label={`${circuit.starting} of ${circuit.starts} starts within ${age(circuit.within_ms)}`} value={circuit.starting} max={circuit.starts} />
      <Show when={circuit.watts_max}>
        {(most) => <Load label={`${grouped(circuit.watts ?? 0)} of ${grouped(most())} W for those that start`} value={circuit.watts ?? 0} max={most()} />}
      </Show>
      <p class="faint">
        {count(circuit.count, 'node')}
        {circuit.waiting > 0 ? `, ${grouped(circuit.waiting)} waiting for their turn` : ''}
      </p>
    </li>
  )
}

function Load(props: { label: string; value: number; max: number }) {
  return (
    <div class="load">
      <span>{props.label}</span>
      <meter min="0" max={props.max} value={props.value} aria-label={props.label} />
    </div>
  )
}
