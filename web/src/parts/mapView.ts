// What of the map is in view: racks, scale, layout and the zoom of the address; and painting it when something changed.

import { createEffect, createMemo, createSignal, on, onCleanup, onMount, type Accessor } from 'solid-js'
import type { House } from '../app/house'
import type { Look } from '../app/look'
import { param, setParams } from '../app/route'
import { colours } from '../app/theme'
import { cursor } from '../app/ui'
import { STEPS, fittingScale, lay, placeOf, racksOf, type Layout, type Scale } from '../map/layout'
import { Painter, type Scene } from '../map/painter'
import { readPalette } from '../map/palette'

/** How often ages fade. */
const FADE_MS = 5_000
/** More changes than this in a frame are painted as a whole. */
const PLACES_MAX = 20_000

export interface Point {
  readonly x: number
  readonly y: number
}

export interface MapView {
  readonly size: Accessor<{ width: number; height: number }>
  readonly layout: Accessor<Layout>
  /** The step of the zoom; -1 for the whole room. */
  readonly step: Accessor<number>
  readonly paint: () => void
  /** Zooms by some steps and keeps a point of the map where it is. */
  readonly zoom: (by: number, at?: Point) => void
  /** One step nearer than what is shown now. */
  readonly nearer: (at?: Point) => void
}

/** The elements exist from the mount on. */
export function createMapView(house: House, look: Look, scroller: () => HTMLDivElement, canvas: () => HTMLCanvasElement): MapView {
  const [size, setSize] = createSignal({ width: 0, height: 0 })
  const racks = createMemo(() => (house.inventory(), racksOf(house.fleet, look.mask())))
  const fitting = createMemo(() => fittingScale(racks(), size().width, size().height))
  const step = createMemo(() => stepOf(param('zoom'), fitting()))
  const layout = createMemo(() => lay(racks(), step() < 0 ? fitting() : STEPS[step()]!, size().width))
  const scene = (): Scene => ({
    fleet: house.fleet,
    layout: layout(),
    now: house.clock(),
    left: scroller().scrollLeft,
    top: scroller().scrollTop,
    ...size(),
    isSelected: (at) => house.selection.has(at),
    fits: look.facets().length === 0 ? () => true : look.fits,
    cursor: cursor(),
  })
  const paint = createPainting(house, scene, canvas, scroller)
  createEffect(on([layout, size, colours, () => house.selected(), cursor, look.facets, () => house.inventory()], paint))
  onMount(() => {
    const watch = new ResizeObserver(() => setSize({ width: scroller().clientWidth, height: scroller().clientHeight }))
    watch.observe(scroller())
    onCleanup(() => watch.disconnect())
  })
  createEffect(() => {
    const at = cursor()
    if (at !== undefined && step() >= 0) reveal(scroller(), layout(), at)
  })
  return { size, layout, step, paint, ...createZoom(step, fitting, layout, size, scroller) }
}

/** Paints changed places as they change, and everything when asked. */
function createPainting(house: House, scene: () => Scene, canvas: () => HTMLCanvasElement, scroller: () => HTMLElement): () => void {
  let painter: Painter | undefined
  let asked = false
  const paint = () => {
    if (asked) return
    asked = true
    requestAnimationFrame(() => {
      asked = false
      const now = scene()
      if (painter && now.width > 0) painter.paint(now)
    })
  }
  const changed = (places: readonly number[] | 'all') => {
    const now = scene()
    if (now.width === 0 || !painter) return
    if (places === 'all' || places.length > PLACES_MAX) paint()
    else painter.repaint(now, places)
  }
  onMount(() => {
    painter = new Painter(canvas())
    house.painters.add(changed)
    const fade = setInterval(paint, FADE_MS)
    onCleanup(() => {
      house.painters.delete(changed)
      clearInterval(fade)
    })
  })
  createEffect(on(colours, () => painter?.dress(readPalette(scroller()))))
  return paint
}

function createZoom(
  step: Accessor<number>,
  fitting: Accessor<Scale>,
  layout: Accessor<Layout>,
  size: MapView['size'],
  scroller: () => HTMLElement,
): Pick<MapView, 'zoom' | 'nearer'> {
  const zoom = (by: number, at?: Point) => {
    const next = step() + by
    if (next >= STEPS.length) return
    const box = scroller()
    const from = at ?? { x: box.scrollLeft + size().width / 2, y: box.scrollTop + size().height / 2 }
    const before = { width: layout().width, height: layout().height }
    const [dx, dy] = [from.x - box.scrollLeft, from.y - box.scrollTop]
    setParams({ zoom: next < 0 || STEPS[next]!.cellHeight <= fitting().cellHeight ? '' : String(next) })
    box.scrollTo((from.x / before.width) * layout().width - dx, (from.y / before.height) * layout().height - dy)
  }
  const nearer = (at?: Point) => {
    const now = step() < 0 ? STEPS.findIndex((scale) => scale.cellHeight > fitting().cellHeight) - 1 : step()
    zoom(now - step() + 1, at)
  }
  return { zoom, nearer }
}

function stepOf(text: string, fitting: Scale): number {
  const step = text === '' ? -1 : Number(text)
  if (!Number.isInteger(step) || step < 0 || step >= STEPS.length) return -1
  return STEPS[step]!.cellHeight <= fitting.cellHeight ? -1 : step
}

function reveal(scroller: HTMLElement, layout: Layout, at: number): void {
  const found = placeOf(layout, at)
  if (!found) return
  const [top, bottom] = [scroller.scrollTop, scroller.scrollTop + scroller.clientHeight]
  if (found.y < top || found.y + layout.scale.cellHeight > bottom) scroller.scrollTop = found.y - scroller.clientHeight / 2
}
