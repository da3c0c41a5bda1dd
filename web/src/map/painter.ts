// Paints the part of the map that is in view: small cells as pixels of one image, larger ones as shapes. It knows no
// pointer and no framework.

import { ACTIONS, PHASES } from '../fleet/words'
import type { Fleet } from '../fleet/fleet'
import { age } from '../words/span'
import { phaseWords } from '../words/verdict'
import { LOOKS, drawBox, lookOf, pixelOf, signOf } from './cell'
import { NODE_STEP, STEPS, cellOf, type Layout, type PlacedRack } from './layout'
import { css, pixel, type Palette } from './palette'

/** Cells below this many CSS pixels are painted as pixels. */
const SHAPES_FROM = 4
/** Cells from this many CSS pixels on carry the sign of their state. */
const SIGNS_FROM = 17

export interface Scene {
  readonly fleet: Fleet
  readonly layout: Layout
  readonly now: number
  /** The part in view, in CSS pixels. */
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly isSelected: (at: number) => boolean
  readonly fits: (at: number) => boolean
  readonly cursor: number | undefined
}

/** Where a place is drawn: which rack, and the how-manieth of it. */
interface Spot {
  readonly rack: PlacedRack
  readonly index: number
}

export class Painter {
  private readonly context: CanvasRenderingContext2D
  private palette: Palette | undefined
  private image: ImageData | undefined
  private pixels = new Uint32Array(0)
  private colours = new Uint32Array(LOOKS)
  private readonly sprites = new Map<string, HTMLCanvasElement>()
  private spots: (Spot | undefined)[] = []
  private laid: Layout | undefined
  private ratio = 1

  constructor(private readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d', { alpha: false })
    if (!context) throw new Error('this browser has no canvas')
    this.context = context
  }

  /** Takes other colours. */
  dress(palette: Palette): void {
    this.palette = palette
    this.sprites.clear()
    for (let look = 0; look < LOOKS; look++) this.colours[look] = pixelOf(look, palette)
  }

  /** Paints everything in view. */
  paint(scene: Scene): void {
    this.fit(scene)
    if (this.isSmall(scene.layout)) this.paintPixels(scene)
    else this.paintShapes(scene)
  }

  /** Paints some places again, if they are in view. */
  repaint(scene: Scene, places: readonly number[]): void {
    if (this.laid !== scene.layout) return this.paint(scene)
    if (this.isSmall(scene.layout)) {
      for (const at of places) this.fillSpot(scene, at)
      this.putImage()
      return
    }
    for (const at of places) {
      const spot = this.spots[at]
      if (spot) this.drawNode(scene, at, spot)
    }
  }

  private isSmall(layout: Layout): boolean {
    return layout.scale.cellHeight < SHAPES_FROM
  }

  /** Makes the canvas as large as the view, in the device's pixels. */
  private fit(scene: Scene): void {
    this.ratio = devicePixelRatio || 1
    const [width, height] = [Math.round(scene.width * this.ratio), Math.round(scene.height * this.ratio)]
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width
      this.canvas.height = height
      this.image = undefined
    }
    if (this.laid === scene.layout) return
    this.laid = scene.layout
    this.spots = []
    this.sprites.clear()
    for (const shelf of scene.layout.shelves) {
      for (const rack of shelf.racks) rack.places.forEach((at, index) => (this.spots[at] = { rack, index }))
    }
  }

  private look(scene: Scene, at: number): number {
    return lookOf(scene.fleet, at, scene.now, scene.isSelected(at), scene.fits(at))
  }

  private paintPixels(scene: Scene): void {
    if (!this.image) {
      this.image = this.context.createImageData(this.canvas.width, this.canvas.height)
      this.pixels = new Uint32Array(this.image.data.buffer)
    }
    this.pixels.fill(pixel(this.palette!.paper))
    for (const rack of this.racksInView(scene)) for (const at of rack.places) this.fillSpot(scene, at)
    this.putImage()
  }

  private fillSpot(scene: Scene, at: number): void {
    const spot = this.spots[at]
    if (!spot) return
    const { x, y, width, height } = this.box(scene, spot)
    const colour = this.colours[this.look(scene, at)]!
    const stride = this.canvas.width
    const [right, bottom] = [Math.min(stride, x + width), Math.min(this.canvas.height, y + height)]
    for (let row = Math.max(0, y); row < bottom; row++) {
      this.pixels.fill(colour, row * stride + Math.max(0, x), row * stride + right)
    }
  }

  private putImage(): void {
    if (this.image) this.context.putImageData(this.image, 0, 0)
  }

  private paintShapes(scene: Scene): void {
    const { context } = this
    context.fillStyle = css(this.palette!.paper)
    context.fillRect(0, 0, this.canvas.width, this.canvas.height)
    for (const rack of this.racksInView(scene)) {
      if (scene.layout.scale.header > 0) this.drawName(scene, rack)
      rack.places.forEach((at, index) => this.drawNode(scene, at, { rack, index }))
    }
  }

  private racksInView({ layout, left, top, width, height }: Scene): PlacedRack[] {
    return layout.shelves
      .filter((shelf) => shelf.y < top + height && shelf.y + shelf.height > top)
      .flatMap((shelf) => shelf.racks.filter((rack) => rack.x < left + width && rack.x + rack.width > left))
  }

  private box(scene: Scene, { rack, index }: Spot) {
    const { cellWidth, cellHeight } = scene.layout.scale
    const { x, y } = cellOf(scene.layout, rack, index)
    return {
      x: Math.round((x - scene.left) * this.ratio),
      y: Math.round((y - scene.top) * this.ratio),
      width: Math.max(1, Math.round(cellWidth * this.ratio)),
      height: Math.max(1, Math.round(cellHeight * this.ratio)),
    }
  }

  private drawName(scene: Scene, rack: PlacedRack): void {
    const { context, ratio } = this
    const size = scene.layout.scale.header > 18 ? 12 : 10.5
    context.font = `600 ${size * ratio}px ${this.palette!.font}`
    context.fillStyle = css(this.palette!.faint)
    context.textBaseline = 'alphabetic'
    context.textAlign = 'left'
    const [x, y] = [rack.x - scene.left, rack.y - scene.top + scene.layout.scale.header - 5]
    context.fillText(rack.name, x * ratio, y * ratio, Math.max(rack.width, 24) * ratio)
  }

  private drawNode(scene: Scene, at: number, spot: Spot): void {
    const box = this.box(scene, spot)
    if (box.y > this.canvas.height || box.y + box.height < 0) return
    const look = this.look(scene, at)
    if (scene.layout.scale.cellWidth >= STEPS[NODE_STEP]!.cellWidth) this.drawCard(scene, at, look, box)
    else this.context.drawImage(this.sprite(look, box.width, box.height, scene), box.x, box.y)
    if (at === scene.cursor) this.drawCursor(box)
  }

  /** What looks the same is drawn once. */
  private sprite(look: number, width: number, height: number, scene: Scene): HTMLCanvasElement {
    const key = `${look}:${width}:${height}`
    const known = this.sprites.get(key)
    if (known) return known
    const sprite = document.createElement('canvas')
    sprite.width = width
    sprite.height = height
    const context = sprite.getContext('2d')!
    context.fillStyle = css(this.palette!.paper)
    context.fillRect(0, 0, width, height)
    drawBox(context, look, { x: 0, y: 0, width, height }, this.palette!)
    if (scene.layout.scale.cellHeight >= SIGNS_FROM) this.drawSign(context, look, width, height)
    this.sprites.set(key, sprite)
    return sprite
  }

  private drawSign(context: CanvasRenderingContext2D, look: number, width: number, height: number): void {
    const power = look & 3
    context.font = `600 ${Math.round(height * 0.5)}px ${this.palette!.mono}`
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.fillStyle = css(power === 1 ? this.palette!.paper : this.palette!.ink)
    context.fillText(signOf(power), width / 2, height / 2 + height * 0.03)
  }

  /** A cell with words: its name, and what is done with it. */
  private drawCard(scene: Scene, at: number, look: number, box: ReturnType<Painter['box']>): void {
    const { context, ratio } = this
    context.fillStyle = css(this.palette!.paper)
    context.fillRect(box.x - 1, box.y - 1, box.width + 2, box.height + 2)
    const side = Math.round(box.height * 0.52)
    const top = box.y + Math.round((box.height - side) / 2)
    drawBox(context, look, { x: box.x, y: top, width: side, height: side }, this.palette!)
    context.textAlign = 'left'
    context.textBaseline = 'middle'
    const [x, room] = [box.x + side + 7 * ratio, box.width - side - 8 * ratio]
    context.font = `500 ${12 * ratio}px ${this.palette!.mono}`
    context.fillStyle = css(this.palette!.ink)
    context.fillText(scene.fleet.names[at]!, x, box.y + box.height * 0.32, room)
    context.font = `${10.5 * ratio}px ${this.palette!.font}`
    context.fillStyle = css(scene.fleet.running[at] === 0 ? this.palette!.faint : this.palette!.intent)
    context.fillText(cardWords(scene.fleet, at, scene.now), x, box.y + box.height * 0.72, room)
  }

  private drawCursor({ x, y, width, height }: ReturnType<Painter['box']>): void {
    this.context.strokeStyle = css(this.palette!.ink)
    this.context.lineWidth = Math.max(1, this.ratio)
    const out = 2 * this.ratio
    this.context.strokeRect(x - out, y - out, width + 2 * out, height + 2 * out)
  }
}

/** `cycle ▸ firing 2`, or what it is and how old that is. */
export function cardWords(fleet: Fleet, at: number, now: number): string {
  const seq = fleet.running[at]!
  const power = (['not read', 'on', 'off', 'unknown'] as const)[fleet.power[at]!]!
  if (seq === 0) return fleet.seenAt[at] === 0 ? power : `${power} · ${age(now - fleet.seenAt[at]!)}`
  const action = ACTIONS.find((action) => action === fleet.given.get(seq)?.action) ?? '#' + seq
  const phase = phaseWords(PHASES[fleet.phase[at]!]!)
  return `${action} ▸ ${phase}${fleet.attempt[at]! > 1 ? ` ${fleet.attempt[at]}` : ''}`
}
