// The fleet as a heat map: a cell for each node, racks side by side. Everything that it shows is in the table as well.

import { Show, createEffect, createMemo, createSignal, on, onCleanup, onMount } from 'solid-js'
import { useHouse } from '../app/house'
import type { Look } from '../app/look'
import { param, setParams } from '../app/route'
import { colours } from '../app/theme'
import { cursor, setCursor } from '../app/ui'
import { NODE_STEP, RACK_STEP, STEPS, fittingScale, hit, lay, racksOf, within, type Hit, type Scale } from '../map/layout'
import { Painter, cardWords, type Scene } from '../map/painter'
import { readPalette } from '../map/palette'
import { powerWord } from './Power'

/** A pointer that moves less is a click, in CSS pixels. */
const CLICK = 4
/** How often ages fade. */
const FADE_MS = 5_000

interface Drag {
  readonly x: number
  readonly y: number
  readonly added: boolean
  readonly toX: number
  readonly toY: number
}

export function FleetMap(props: { look: Look }) {
  const house = useHouse()
  let scroller!: HTMLDivElement
  let canvas!: HTMLCanvasElement
  let painter: Painter | undefined
  const [size, setSize] = createSignal({ width: 0, height: 0 })
  const [drag, setDrag] = createSignal<Drag | undefined>(undefined)
  const [over, setOver] = createSignal<{ found: Hit; x: number; y: number } | undefined>(undefined)

  const racks = createMemo(() => (house.inventory(), racksOf(house.fleet, props.look.mask())))
  const fitting = createMemo(() => fittingScale(racks(), size().width, size().height))
  const step = () => zoomOf(param('zoom'), fitting())
  const layout = createMemo(() => lay(racks(), step() < 0 ? fitting() : STEPS[step()]!, size().width))

  const scene = (): Scene => ({
    fleet: house.fleet,
    layout: layout(),
    now: house.clock(),
    left: scroller.scrollLeft,
    top: scroller.scrollTop,
    ...size(),
    isSelected: (at) => house.selection.has(at),
    fits: props.look.facets().length === 0 ? () => true : props.look.fits,
    cursor: cursor(),
  })
  let asked = false
  const paint = () => {
    if (asked) return
    asked = true
    requestAnimationFrame(() => {
      asked = false
      if (painter && size().width > 0) painter.paint(scene())
    })
  }
  onMount(() => {
    painter = new Painter(canvas)
    const watch = new ResizeObserver(() => setSize({ width: scroller.clientWidth, height: scroller.clientHeight }))
    watch.observe(scroller)
    const changed = (places: readonly number[] | 'all') => {
      if (size().width === 0 || !painter) return
      if (places === 'all' || places.length > 20_000) paint()
      else painter.repaint(scene(), places)
    }
    house.painters.add(changed)
    const fade = setInterval(paint, FADE_MS)
    onCleanup(() => {
      watch.disconnect()
      house.painters.delete(changed)
      clearInterval(fade)
    })
  })
  createEffect(on(colours, () => painter?.dress(readPalette(scroller))))
  createEffect(on([layout, size, colours, () => house.selected(), cursor, props.look.facets, () => house.inventory()], paint))
  createEffect(() => {
    const at = cursor()
    if (at !== undefined && step() >= 0) revealCell(scroller, layout(), at)
  })

  const point = (event: PointerEvent | WheelEvent) => {
    const box = scroller.getBoundingClientRect()
    return { x: event.clientX - box.left + scroller.scrollLeft, y: event.clientY - box.top + scroller.scrollTop }
  }
  const down = (event: PointerEvent) => {
    if (event.button !== 0 || event.target !== canvas) return
    canvas.setPointerCapture(event.pointerId)
    const { x, y } = point(event)
    setDrag({ x, y, toX: x, toY: y, added: event.shiftKey || event.ctrlKey || event.metaKey })
  }
  const move = (event: PointerEvent) => {
    const { x, y } = point(event)
    const now = drag()
    if (now) setDrag({ ...now, toX: x, toY: y })
    const found = now ? undefined : hit(layout(), x, y)
    setOver(found && { found, x: event.clientX, y: event.clientY })
  }
  const up = (event: PointerEvent) => {
    const now = drag()
    setDrag(undefined)
    if (!now) return
    if (isClick(now)) click(hit(layout(), now.x, now.y), event)
    else {
      const box = boxOf(now)
      house.selection.choose(within(layout(), box.left, box.top, box.left + box.width, box.top + box.height), now.added)
    }
  }
  const click = (found: Hit | undefined, event: PointerEvent) => {
    const added = event.shiftKey || event.ctrlKey || event.metaKey
    if (!found) return added ? undefined : house.selection.clear()
    if (found.is === 'rack') return house.selection.choose(found.rack.places, added)
    setCursor(found.at)
    if (event.shiftKey) house.selection.range(found.at, props.look.view().places)
    else if (added) house.selection.toggle(found.at)
    else setParams({ node: house.fleet.names[found.at]! }, param('node') === '')
  }
  const zoom = (by: number, at?: { x: number; y: number }) => {
    const next = step() + by
    const from = at ?? { x: scroller.scrollLeft + size().width / 2, y: scroller.scrollTop + size().height / 2 }
    const before = { width: layout().width, height: layout().height }
    if (next >= STEPS.length) return
    setParams({ zoom: next < 0 || STEPS[next]!.cellHeight <= fitting().cellHeight ? '' : String(next) })
    const [dx, dy] = [from.x - scroller.scrollLeft, from.y - scroller.scrollTop]
    scroller.scrollTo((from.x / before.width) * layout().width - dx, (from.y / before.height) * layout().height - dy)
  }
  /** One step beyond what is shown now. */
  const closer = (at?: { x: number; y: number }) => {
    const now = step() < 0 ? STEPS.findIndex((scale) => scale.cellHeight > fitting().cellHeight) - 1 : step()
    zoom(now - step() + 1, at)
  }
  const wheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    if (event.deltaY < 0) closer(point(event))
    else zoom(-1, point(event))
  }
  const level = () => (step() < RACK_STEP ? 'Room' : step() < NODE_STEP ? 'Racks' : 'Nodes')

  return (
    <section class="map-side" aria-label="Map of the fleet">
      <div class="map" ref={scroller} onScroll={paint} onWheel={wheel} tabindex="-1">
        <div class="map-room" style={{ width: `${layout().width}px`, height: `${layout().height}px` }} />
        <canvas
          ref={canvas}
          class="map-canvas"
          role="img"
          aria-label="Heat map of the fleet; the table beside it says the same in words"
          style={{ width: `${size().width}px`, height: `${size().height}px` }}
          onPointerDown={down}
          onPointerMove={move}
          onPointerUp={up}
          onPointerCancel={() => setDrag(undefined)}
          onPointerLeave={() => setOver(undefined)}
          onDblClick={(event) => closer(point(event as unknown as PointerEvent))}
        />
        <Show when={drag() && !isClick(drag()!)}>
          <div
            class="map-box"
            style={{
              transform: `translate(${boxOf(drag()!).left}px, ${boxOf(drag()!).top}px)`,
              width: `${boxOf(drag()!).width}px`,
              height: `${boxOf(drag()!).height}px`,
            }}
          />
        </Show>
      </div>
      <div class="map-tools" role="group" aria-label="Zoom">
        <button type="button" onClick={() => zoom(-1)} aria-label="Zoom out" disabled={step() < 0}>
          −
        </button>
        <button type="button" class="map-level" onClick={() => setParams({ zoom: '' })} title="Show the whole room">
          {level()}
        </button>
        <button type="button" onClick={() => closer()} aria-label="Zoom in" disabled={step() === STEPS.length - 1}>
          +
        </button>
      </div>
      <Legend />
      <Show when={over()}>{(over) => <Tip found={over().found} x={over().x} y={over().y} />}</Show>
    </section>
  )
}

/** The step that the address asks for; -1 for the whole room. */
function zoomOf(text: string, fitting: Scale): number {
  const step = text === '' ? -1 : Number(text)
  if (!Number.isInteger(step) || step < 0 || step >= STEPS.length) return -1
  return STEPS[step]!.cellHeight <= fitting.cellHeight ? -1 : step
}

function isClick(drag: Drag): boolean {
  return Math.abs(drag.toX - drag.x) < CLICK && Math.abs(drag.toY - drag.y) < CLICK
}

function boxOf({ x, y, toX, toY }: Drag) {
  return { left: Math.min(x, toX), top: Math.min(y, toY), width: Math.abs(toX - x), height: Math.abs(toY - y) }
}

function revealCell(scroller: HTMLElement, layout: ReturnType<typeof lay>, at: number): void {
  for (const shelf of layout.shelves) {
    for (const rack of shelf.racks) {
      const index = rack.places.indexOf(at)
      if (index < 0) continue
      const y = rack.y + layout.scale.header + (index % layout.rows) * (layout.scale.cellHeight + layout.scale.gap)
      const [top, bottom] = [scroller.scrollTop, scroller.scrollTop + scroller.clientHeight]
      if (y < top || y + layout.scale.cellHeight > bottom) scroller.scrollTop = y - scroller.clientHeight / 2
      return
    }
  }
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
