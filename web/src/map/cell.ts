// What a cell of the map shows, as one small number, and how it is drawn. Never by colour alone: on is full, off is
// hollow, unknown is hatched; an open intent is a ring, trouble a broken ring, a failure a corner.

import type { Fleet } from '../fleet/fleet'
import { BACKING_OFF, FAILED, OFF, ON, UNCERTAIN } from '../fleet/words'
import { blend, css, pixel, type Palette, type Rgb } from './palette'

/** Ages at which a cell fades by a step, in ms. */
const FADES_MS = [120_000, 600_000, 3_600_000]
/** How much of its colour is left at each step. */
const LEFT = [1, 0.72, 0.5, 0.34]

const POWER = 0b11
const FADE = 2
const WORK = 4
const SELECTED = 1 << 6
const DIMMED = 1 << 7
const HELD = 1 << 8
/** How many looks there are. */
export const LOOKS = 1 << 9

const OPEN = 1
const TROUBLE = 2
const FAILURE = 3

/** What is to be seen of a node, as a number below {@link LOOKS}. */
export function lookOf(fleet: Fleet, at: number, now: number, selected: boolean, fits: boolean): number {
  const power = fleet.power[at]!
  const age = now - fleet.seenAt[at]!
  const fade = age < FADES_MS[0]! ? 0 : age < FADES_MS[1]! ? 1 : age < FADES_MS[2]! ? 2 : 3
  let look = power | (fade << FADE) | (workOf(fleet, at) << WORK)
  if (selected) look |= SELECTED
  if (!fits) look |= DIMMED
  if (fleet.held.has(at)) look |= HELD
  return look
}

function workOf(fleet: Fleet, at: number): number {
  if (fleet.running[at] !== 0) return fleet.phase[at] === BACKING_OFF ? TROUBLE : OPEN
  const outcome = fleet.outcome[at]!
  return outcome === FAILED || outcome === UNCERTAIN ? FAILURE : 0
}

function partsOf(look: number) {
  return {
    power: look & POWER,
    fade: LEFT[(look >> FADE) & 3]!,
    work: (look >> WORK) & 3,
    selected: (look & SELECTED) !== 0,
    dimmed: (look & DIMMED) !== 0,
    held: (look & HELD) !== 0,
  }
}

/** The colour of a cell that is too small for shapes. */
export function pixelOf(look: number, palette: Palette): number {
  const { power, fade, work, selected, dimmed } = partsOf(look)
  let colour = blend(palette.paper, powerColour(power, palette), power === OFF ? fade * 0.55 : fade)
  if (work === OPEN) colour = blend(colour, palette.intent, 0.75)
  if (work === TROUBLE) colour = palette.trouble
  if (work === FAILURE) colour = blend(colour, palette.failed, 0.8)
  if (selected) colour = blend(colour, palette.ink, 0.7)
  return pixel(dimmed ? blend(palette.paper, colour, 0.16) : colour)
}

function powerColour(power: number, palette: Palette): Rgb {
  if (power === ON) return palette.on
  return power === OFF ? palette.off : palette.unknown
}

/** Draws a cell's box at a place, in device pixels. */
export function drawBox(
  context: CanvasRenderingContext2D,
  look: number,
  box: { x: number; y: number; width: number; height: number },
  palette: Palette,
): void {
  const parts = partsOf(look)
  context.globalAlpha = parts.dimmed ? 0.16 : 1
  drawPower(context, parts.power, parts.fade, box, palette)
  // a choice goes around what is being done, and hides none of it
  const edge = parts.selected ? Math.max(2, Math.round(box.height / 10)) : 0
  if (parts.selected) stroke(context, box, css(palette.ink), edge, 0)
  drawWork(context, parts.work, shrunk(box, edge), palette)
  if (parts.held) drawHold(context, shrunk(box, edge), palette)
  context.globalAlpha = 1
}

type Box = Parameters<typeof drawBox>[2]

function shrunk({ x, y, width, height }: Box, by: number): Box {
  return { x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by }
}

function drawPower(context: CanvasRenderingContext2D, power: number, fade: number, box: Box, palette: Palette): void {
  const { x, y, width, height } = box
  const colour = powerColour(power, palette)
  if (power === ON) {
    context.fillStyle = css(blend(palette.paper, colour, fade))
    context.fillRect(x, y, width, height)
    return
  }
  context.fillStyle = css(blend(palette.paper, colour, 0.1))
  context.fillRect(x, y, width, height)
  const line = css(blend(palette.paper, colour, fade))
  if (power !== OFF) hatch(context, box, line)
  stroke(context, box, line, Math.max(1, Math.round(height / 14)), 0)
}

function hatch(context: CanvasRenderingContext2D, { x, y, width, height }: Box, colour: string): void {
  const step = Math.max(3, Math.round(Math.min(width, height) / 4))
  context.save()
  context.beginPath()
  context.rect(x, y, width, height)
  context.clip()
  context.beginPath()
  for (let from = -height; from < width; from += step) {
    context.moveTo(x + from, y + height)
    context.lineTo(x + from + height, y)
  }
  context.strokeStyle = colour
  context.lineWidth = Math.max(1, step / 4)
  context.stroke()
  context.restore()
}

function drawWork(context: CanvasRenderingContext2D, work: number, box: Box, palette: Palette): void {
  const { x, y, width, height } = box
  const thick = Math.max(2, Math.round(height / 7))
  if (work === OPEN || work === TROUBLE) {
    const colour = css(work === OPEN ? palette.intent : palette.trouble)
    // a thin line of paper keeps the ring apart from what it is around
    if (height > 12) stroke(context, box, css(palette.paper), thick + 1, 0)
    if (work === TROUBLE) context.setLineDash([thick * 1.5, thick])
    stroke(context, box, colour, thick, 0)
    context.setLineDash([])
  } else if (work === FAILURE) {
    const side = Math.min(width, height) * 0.55
    context.fillStyle = css(palette.failed)
    context.beginPath()
    context.moveTo(x + width, y)
    context.lineTo(x + width, y + side)
    context.lineTo(x + width - side, y)
    context.fill()
  }
}

function drawHold(context: CanvasRenderingContext2D, { x, y, height }: Box, palette: Palette): void {
  const side = Math.max(2, Math.round(height / 4))
  context.fillStyle = css(palette.paper)
  context.fillRect(x, y + height - side - 1, side + 1, side + 1)
  context.fillStyle = css(palette.ink)
  context.fillRect(x, y + height - side, side, side)
}

function stroke(context: CanvasRenderingContext2D, box: Box, colour: string, thick: number, inset: number): void {
  const half = thick / 2 + inset
  context.strokeStyle = colour
  context.lineWidth = thick
  context.strokeRect(box.x + half, box.y + half, box.width - 2 * half, box.height - 2 * half)
}

/** The sign of a power state: a bar for on, a ring for off, as on switches; a question mark for unknown. */
export function signOf(power: number): string {
  return power === ON ? 'I' : power === OFF ? 'O' : '?'
}
