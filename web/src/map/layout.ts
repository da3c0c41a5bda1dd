// Where each node is on the map: racks side by side on shelves. It draws nothing.

import type { Fleet } from '../fleet/fleet'

export interface Rack {
  readonly name: string
  readonly places: readonly number[]
}

/** How large things are, in CSS pixels. */
export interface Scale {
  readonly cellWidth: number
  readonly cellHeight: number
  readonly gap: number
  /** Room for a rack's name above its cells; 0 for none. */
  readonly header: number
  /** Room between racks. */
  readonly pad: number
}

export interface PlacedRack extends Rack {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly columns: number
}

/** Racks that stand side by side. */
interface Shelf {
  readonly y: number
  readonly height: number
  readonly racks: readonly PlacedRack[]
}

export interface Layout {
  readonly scale: Scale
  readonly rows: number
  readonly shelves: readonly Shelf[]
  readonly width: number
  readonly height: number
}

/** The most rows of a rack on the map. */
const ROWS_MAX = 400

/** The racks of the nodes that the mask lets through: by their label, else by their names without the last number. */
export function racksOf(fleet: Fleet, mask: Uint8Array | undefined): Rack[] {
  const racks = new Map<string, number[]>()
  const labelled = fleet.labels.names().includes('rack')
  for (let at = 0; at < fleet.size; at++) {
    if (mask && mask[at] === 0) continue
    const name = (labelled && fleet.labels.get('rack', at)) || rackOfName(fleet.names[at]!)
    const places = racks.get(name)
    if (places) places.push(at)
    else racks.set(name, [at])
  }
  return [...racks].map(([name, places]) => ({ name, places }))
}

/** `r12n03` stands in `r12`, `node17` in `node`. */
export function rackOfName(name: string): string {
  const found = /^(.*[0-9])[^0-9]+[0-9]+[^0-9]*$/.exec(name)
  if (found) return found[1]!
  return name.replace(/[0-9]+[^0-9]*$/, '') || name
}

/** The steps of the zoom, from the room down to the node. `fit` is made to measure. */
export const STEPS: readonly Scale[] = [
  square(4, 1, 0, 6),
  square(6, 1, 0, 8),
  square(9, 1, 15, 12),
  square(13, 2, 17, 16),
  square(19, 2, 18, 20),
  square(27, 3, 19, 24),
  { cellWidth: 92, cellHeight: 34, gap: 4, header: 22, pad: 24 },
  { cellWidth: 148, cellHeight: 52, gap: 6, header: 24, pad: 28 },
]

/** Scales that only the whole room needs. */
const SMALL: readonly Scale[] = [square(1, 0, 0, 1), square(1.5, 0, 0, 2), square(2, 0, 0, 3), square(3, 0, 0, 4)]
/** And those in between the steps, so that a room fills its place. */
const BETWEEN: readonly Scale[] = Array.from({ length: 24 }, (_, more) => between(4 + more))

/** From here on racks have names and cells have shapes. */
export const RACK_STEP = 2
/** From here on cells have words. */
export const NODE_STEP = 6

function between(cell: number): Scale {
  return square(cell, cell < 10 ? 1 : cell < 20 ? 2 : 3, cell < 7 ? 0 : 17, Math.round(cell * 0.6) + 6)
}

function square(cell: number, gap: number, header: number, pad: number): Scale {
  return { cellWidth: cell, cellHeight: cell, gap, header, pad }
}

/** The largest scale at which all racks are seen at once; the smallest if there is none. */
export function fittingScale(racks: readonly Rack[], width: number, height: number): Scale {
  const fitting = [...SMALL, ...BETWEEN].filter((scale) => lay(racks, scale, width).height <= height)
  return fitting.at(-1) ?? SMALL[0]!
}

/** Lays racks on shelves of the given width. */
export function lay(racks: readonly Rack[], scale: Scale, width: number): Layout {
  const rows = rowsFor(racks)
  const shelves: Shelf[] = []
  let placed: PlacedRack[] = []
  let [x, y, widest, height] = [scale.pad, scale.pad, 0, 0]
  const close = () => {
    if (placed.length > 0) shelves.push({ y, height, racks: placed })
    y += height + scale.pad
    placed = []
    x = scale.pad
    height = 0
  }
  for (const rack of racks) {
    const columns = Math.ceil(rack.places.length / rows)
    const cells = columns * (scale.cellWidth + scale.gap) - scale.gap
    const rackWidth = Math.max(cells, scale.header > 0 ? nameWidth(rack.name) : 0)
    if (x + rackWidth + scale.pad > width && placed.length > 0) close()
    const used = Math.min(rows, rack.places.length)
    const rackHeight = scale.header + used * (scale.cellHeight + scale.gap) - scale.gap
    placed.push({ ...rack, x, y, width: rackWidth, height: rackHeight, columns })
    height = Math.max(height, rackHeight)
    x += rackWidth + scale.pad
    widest = Math.max(widest, x)
  }
  close()
  return { scale, rows, shelves, width: widest, height: y }
}

function nameWidth(name: string): number {
  return Math.min(120, name.length * 6.5)
}

/** Racks that are taller than wide, all of one height. */
function rowsFor(racks: readonly Rack[]): number {
  const largest = racks.reduce((most, { places }) => Math.max(most, places.length), 1)
  return Math.min(ROWS_MAX, Math.max(1, Math.ceil(Math.sqrt(largest * 2.5))))
}

/** Where the n-th node of a rack is: column by column, from the top. */
export function cellOf(layout: Layout, rack: PlacedRack, index: number): { x: number; y: number } {
  const { cellWidth, cellHeight, gap, header } = layout.scale
  const column = Math.floor(index / layout.rows)
  const row = index % layout.rows
  return { x: rack.x + column * (cellWidth + gap), y: rack.y + header + row * (cellHeight + gap) }
}

/** Where a node is; none if it is not on the map. */
export function placeOf(layout: Layout, at: number): { x: number; y: number } | undefined {
  for (const rack of layout.shelves.flatMap(({ racks }) => racks)) {
    const index = rack.places.indexOf(at)
    if (index >= 0) return cellOf(layout, rack, index)
  }
  return undefined
}

export type Hit =
  | { readonly is: 'node'; readonly at: number; readonly rack: PlacedRack }
  | { readonly is: 'rack'; readonly rack: PlacedRack }

/** What is at a point of the map. */
export function hit(layout: Layout, x: number, y: number): Hit | undefined {
  const shelf = layout.shelves.find((shelf) => y >= shelf.y && y < shelf.y + shelf.height)
  const rack = shelf?.racks.find((rack) => x >= rack.x && x < rack.x + rack.width)
  if (!rack) return undefined
  const { cellWidth, cellHeight, gap, header } = layout.scale
  if (y < rack.y + header) return { is: 'rack', rack }
  const column = Math.floor((x - rack.x) / (cellWidth + gap))
  const row = Math.floor((y - rack.y - header) / (cellHeight + gap))
  const at = column < rack.columns && row < layout.rows ? rack.places[column * layout.rows + row] : undefined
  return at === undefined ? undefined : { is: 'node', at, rack }
}

/** The nodes whose cells touch a rectangle. */
export function within(layout: Layout, left: number, top: number, right: number, bottom: number): number[] {
  const { cellWidth, cellHeight } = layout.scale
  const found: number[] = []
  for (const shelf of layout.shelves) {
    if (shelf.y > bottom || shelf.y + shelf.height < top) continue
    for (const rack of shelf.racks) {
      if (rack.x > right || rack.x + rack.width < left) continue
      rack.places.forEach((at, index) => {
        const { x, y } = cellOf(layout, rack, index)
        if (x < right && x + cellWidth > left && y < bottom && y + cellHeight > top) found.push(at)
      })
    }
  }
  return found
}
