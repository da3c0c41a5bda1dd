// The colours of the map, taken from the style sheet, so that light and dark are chosen in one place.

export type Rgb = readonly [number, number, number]

export interface Palette {
  readonly paper: Rgb
  readonly ink: Rgb
  readonly faint: Rgb
  readonly on: Rgb
  readonly off: Rgb
  readonly unknown: Rgb
  readonly intent: Rgb
  readonly trouble: Rgb
  readonly failed: Rgb
  readonly font: string
  readonly mono: string
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element)
  const colour = (name: string) => parseColour(style.getPropertyValue(`--${name}`))
  return {
    paper: colour('map'),
    ink: colour('ink'),
    faint: colour('ink-3'),
    on: colour('on'),
    off: colour('off'),
    unknown: colour('unknown'),
    intent: colour('intent'),
    trouble: colour('trouble'),
    failed: colour('failed'),
    font: style.getPropertyValue('--font-ui').trim(),
    mono: style.getPropertyValue('--font-mono').trim(),
  }
}

/** Reads `#rrggbb`; anything else is a mid grey. */
export function parseColour(text: string): Rgb {
  const found = /^\s*#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})\s*$/i.exec(text)
  if (!found) return [128, 128, 128]
  return [parseInt(found[1]!, 16), parseInt(found[2]!, 16), parseInt(found[3]!, 16)]
}

/** So much of `over` on `under`: 0 is none, 1 is all. */
export function blend(under: Rgb, over: Rgb, share: number): Rgb {
  const mix = (at: 0 | 1 | 2) => Math.round(under[at] + (over[at] - under[at]) * share)
  return [mix(0), mix(1), mix(2)]
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`
}

/** As a pixel of an image, on a machine that is little-endian, as all are that have browsers. */
export function pixel([red, green, blue]: Rgb): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
}
