// The fleet: what it is in a sentence, the filter, and map and table side by side over one selection.

import { Show, createMemo, createSignal, onCleanup, onMount } from 'solid-js'
import { useHouse } from '../app/house'
import { createLook } from '../app/look'
import { param, setParams } from '../app/route'
import { installKeys } from '../app/keys'
import { setCursor } from '../app/ui'
import { FACETS } from '../fleet/facets'
import { Facets } from '../parts/Facets'
import { FilterBox } from '../parts/FilterBox'
import { FleetMap } from '../parts/FleetMap'
import { NodeTable } from '../parts/NodeTable'
import { SelectionBar } from '../parts/SelectionBar'
import { grouped } from '../words/count'
import { Drawer } from './Drawer'

/** How often the sentence is told to those who listen, if it changed. */
const SPOKEN_MS = 10_000

export function FleetView() {
  const house = useHouse()
  const look = createLook(house)
  const [side, setSide] = createSignal<'map' | 'table'>(param('side') === 'table' ? 'table' : 'map')
  const node = () => param('node')
  onMount(() => onCleanup(installKeys(house, look)))
  onCleanup(() => setCursor(undefined))
  return (
    <div class="fleet" data-side={side()} data-drawer={node() !== ''}>
      <div class="fleet-head">
        <Sentence look={look} />
        <FilterBox look={look} />
        <Facets look={look} />
        <div class="sides" role="group" aria-label="Map or table">
          <button type="button" aria-pressed={side() === 'map'} onClick={() => setSide('map')}>
            Map
          </button>
          <button type="button" aria-pressed={side() === 'table'} onClick={() => setSide('table')}>
            Table
          </button>
        </div>
      </div>
      <div class="fleet-body">
        <Show when={house.inventory() > 0} fallback={<p class="first-word">Asking the server for the fleet.</p>}>
          <FleetMap look={look} />
          <NodeTable look={look} />
        </Show>
        <Show when={node()} keyed>
          {(name) => <Drawer name={name} close={() => setParams({ node: '' })} />}
        </Show>
      </div>
      <SelectionBar look={look} />
    </div>
  )
}

/** `52 of 64 on`, and what else matters. */
function Sentence(props: { look: ReturnType<typeof createLook> }) {
  const counts = createMemo(() => {
    const view = props.look.view()
    const of = (key: string) => view.counts[FACETS.findIndex((facet) => facet.key === key)]!
    return { all: view.filtered, on: of('on'), off: of('off'), unknown: of('unknown'), open: of('open'), trouble: of('trouble') }
  })
  const wrong = () => props.look.filtered().is === 'wrong'
  const [spoken, setSpoken] = createSignal('')
  const words = () => {
    if (wrong()) return 'Nothing is shown: that is no filter.'
    const { all, on, unknown, open } = counts()
    const rest = [unknown > 0 ? `${grouped(unknown)} unknown` : '', open > 0 ? `${grouped(open)} being changed` : '']
    return [`${grouped(on)} of ${grouped(all)} on`, ...rest.filter((text) => text !== '')].join(', ')
  }
  const timer = setInterval(() => setSpoken(words()), SPOKEN_MS)
  onCleanup(() => clearInterval(timer))
  return (
    <div class="sentence">
      <h1 hidden={!wrong()}>Nothing is shown: that is no filter.</h1>
      <h1 hidden={wrong()}>
        <span class="big">{grouped(counts().on)}</span> of {grouped(counts().all)} on
        <Show when={counts().unknown > 0}>
          <span class="part" data-kind="unknown">
            {grouped(counts().unknown)} unknown
          </span>
        </Show>
        <Show when={counts().open > 0}>
          <span class="part" data-kind="open">
            {grouped(counts().open)} being changed
          </span>
        </Show>
        <Show when={counts().trouble > 0}>
          <span class="part" data-kind="trouble">
            {grouped(counts().trouble)} in trouble
          </span>
        </Show>
      </h1>
      <p class="unseen" aria-live="polite">
        {spoken()}
      </p>
    </div>
  )
}
