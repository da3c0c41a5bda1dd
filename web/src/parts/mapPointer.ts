// What a pointer does on the map: a click opens or chooses, a drag chooses all that it covers. It paints nothing.

import { createSignal, type Accessor } from 'solid-js'
import type { House } from '../app/house'
import type { Look } from '../app/look'
import { param, setParams } from '../app/route'
import { setCursor } from '../app/ui'
import { hit, within, type Hit } from '../map/layout'
import type { MapView, Point } from './mapView'

/** A pointer that moves less is a click, in CSS pixels. */
const CLICK = 4

interface Drag {
  readonly from: Point
  readonly to: Point
  readonly added: boolean
}

export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export interface MapPointer {
  /** The box that is being drawn. */
  readonly box: Accessor<Box | undefined>
  /** What the pointer is over, and where on the screen. */
  readonly over: Accessor<{ readonly found: Hit; readonly at: Point } | undefined>
  readonly down: (event: PointerEvent) => void
  readonly move: (event: PointerEvent) => void
  readonly up: (event: PointerEvent) => void
  readonly cancel: () => void
  readonly wheel: (event: WheelEvent) => void
}

export function createMapPointer(house: House, look: Look, view: MapView, scroller: () => HTMLElement): MapPointer {
  const [drag, setDrag] = createSignal<Drag | undefined>(undefined)
  const [over, setOver] = createSignal<{ found: Hit; at: Point } | undefined>(undefined)
  const point = (event: MouseEvent): Point => {
    const box = scroller().getBoundingClientRect()
    return { x: event.clientX - box.left + scroller().scrollLeft, y: event.clientY - box.top + scroller().scrollTop }
  }
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return
    ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
    const from = point(event)
    setDrag({ from, to: from, added: isAdding(event) })
  }
  const move = (event: PointerEvent) => {
    const [now, to] = [drag(), point(event)]
    if (now) setDrag({ ...now, to })
    const found = now ? undefined : hit(view.layout(), to.x, to.y)
    setOver(found && { found, at: { x: event.clientX, y: event.clientY } })
  }
  const up = (event: PointerEvent) => {
    const now = drag()
    setDrag(undefined)
    if (!now) return
    if (isClick(now)) return click(house, look, hit(view.layout(), now.from.x, now.from.y), event)
    const { left, top, width, height } = boxOf(now)
    house.selection.choose(within(view.layout(), left, top, left + width, top + height), now.added)
  }
  const wheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    if (event.deltaY < 0) view.nearer(point(event))
    else view.zoom(-1, point(event))
  }
  const cancel = () => {
    setDrag(undefined)
    setOver(undefined)
  }
  const box = () => {
    const now = drag()
    return now && !isClick(now) ? boxOf(now) : undefined
  }
  return { box, over, down, move, up, cancel, wheel }
}

function click(house: House, look: Look, found: Hit | undefined, event: PointerEvent): void {
  if (!found) {
    if (!isAdding(event)) house.selection.clear()
  } else if (found.is === 'rack') {
    house.selection.choose(found.rack.places, isAdding(event))
  } else {
    setCursor(found.at)
    if (event.shiftKey) house.selection.range(found.at, look.view().places)
    else if (isAdding(event)) house.selection.toggle(found.at)
    else setParams({ node: house.fleet.names[found.at]! }, param('node') === '')
  }
}

function isAdding(event: MouseEvent): boolean {
  return event.shiftKey || event.ctrlKey || event.metaKey
}

function isClick({ from, to }: Drag): boolean {
  return Math.abs(to.x - from.x) < CLICK && Math.abs(to.y - from.y) < CLICK
}

function boxOf({ from, to }: Drag): Box {
  return { left: Math.min(from.x, to.x), top: Math.min(from.y, to.y), width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y) }
}
