// The fleet as a heat map: a cell for each node, racks side by side. Everything that it shows is in the table as well.

import { Show } from 'solid-js'
import { useHouse } from '../app/house'
import type { Look } from '../app/look'
import { setParams } from '../app/route'
import { NODE_STEP, RACK_STEP, STEPS, type Hit } from '../map/layout'
import { cardWords } from '../map/painter'
import { createMapPointer } from './mapPointer'
import { createMapView, type MapView } from './mapView'
import { powerWord } from './Power'

export function FleetMap(props: { look: Look }) {
  const house = useHouse()
  let scroller!: HTMLDivElement
  let canvas!: HTMLCanvasElement
  const view = createMapView(house, props.look, () => scroller, () => canvas)
  const pointer = createMapPointer(house, props.look, view, () => scroller)
  return (
    <section class="map-side" aria-label="Map of the fleet">
      <div class="map" ref={scroller} onScroll={view.paint} onWheel={pointer.wheel} tabindex="-1">
        <div class="map-room" style={{ width: `${view.layout().width}px`, height: `${view.layout().height}px` }} />
        <canvas
          ref={canvas}
          class="map-canvas"
          role="img"
          aria-label="Heat map of the fleet; the table beside it says the same in words"
          style={{ width: `${view.size().width}px`, height: `${view.size().height}px` }}
          onPointerDown={pointer.down}
          onPointerMove={pointer.move}
          onPointerUp={pointer.up}
          onPointerCancel={pointer.cancel}
          onPointerLeave={pointer.cancel}
        />
        <Show when={pointer.box()}>
          {(box) => (
            <div
              class="map-box"
              style={{ transform: `translate(${box().left}px, ${box().top}px)`, width: `${box().width}px`, height: `${box().height}px` }}
            />
          )}
        </Show>
      </div>
      <Tools view={view} />
      <Legend />
      <Show when={pointer.over()}>{(over) => <Tip found={over().found} x={over().at.x} y={over().at.y} />}</Show>
    </section>
  )
}

function Tools(props: { view: MapView }) {
  const { step, zoom, nearer } = props.view
  const level = () => (step() < RACK_STEP ? 'Room' : step() < NODE_STEP ? 'Racks' : 'Nodes')
  return (
    <div class="map-tools" role="group" aria-label="Zoom">
      <button type="button" onClick={() => zoom(-1)} aria-label="Zoom out" disabled={step() < 0}>
        −
      </button>
      <button type="button" class="map-level" onClick={() => setParams({ zoom: '' })} title="Show the whole room">
        {level()}
      </button>
      <button type="button" onClick={() => nearer()} aria-label="Zoom in" disabled={step() === STEPS.length - 1}>
        +
      </button>
    </div>
  )
}

function Tip(props: { found: Hit; x: number; y: number }) {
  const house = useHouse()
  const words = () => {
    house.version()
    const { found } = props
    if (found.is === 'rack') return { name: found.rack.name, says: `${found.rack.places.length} nodes; click to choose them` }
    const { fleet } = house
    const seq = fleet.running[found.at]!
    const given = fleet.given.get(seq)
    const doing = seq === 0 ? '' : ` · ${cardWords(fleet, found.at, house.now())}${given ? ` · by ${given.by}` : ''}`
    const rest = seq === 0 ? cardWords(fleet, found.at, house.now()) : powerWord(fleet.power[found.at]!)
    return { name: fleet.names[found.at] ?? '', says: `${rest}${doing}` }
  }
  const left = () => Math.min(props.x + 14, innerWidth - 260)
  return (
    <div class="tip" aria-hidden="true" style={{ transform: `translate(${left()}px, ${props.y + 16}px)` }}>
      <strong class="mono">{words().name}</strong> {words().says}
    </div>
  )
}

function Legend() {
  return (
    <ul class="legend" aria-label="What the cells mean">
      <li>
        <span class="power" data-power="on" aria-hidden="true" /> on
      </li>
      <li>
        <span class="power" data-power="off" aria-hidden="true" /> off
      </li>
      <li>
        <span class="power" data-power="unknown" aria-hidden="true" /> unknown
      </li>
      <li>
        <span class="ring" data-ring="open" aria-hidden="true" /> being changed
      </li>
      <li>
        <span class="ring" data-ring="trouble" aria-hidden="true" /> in trouble
      </li>
      <li>
        <span class="ring" data-ring="failed" aria-hidden="true" /> failed
      </li>
      <li class="faint">paler: not read for a while</li>
    </ul>
  )
}
