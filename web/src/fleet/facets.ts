// The facets of the fleet: what a node is at the moment, in a few words, with counts. It does not know the filter's text.

import type { Fleet } from './fleet'
import { BACKING_OFF, FAILED, OFF, ON, SUPERSEDED, UNCERTAIN, isUnknownPower } from './words'

/** In the order in which they are shown. */
export const FACETS = [
  { key: 'on', label: 'on', hint: 'their BMC said on', kind: 'power' },
  { key: 'off', label: 'off', hint: 'their BMC said off', kind: 'power' },
  { key: 'unknown', label: 'unknown', hint: 'could not be read; neither on nor off', kind: 'power' },
  { key: 'open', label: 'being changed', hint: 'an intent is open', kind: 'work' },
  { key: 'trouble', label: 'in trouble', hint: 'an intent is open and backs off after an error', kind: 'work' },
  { key: 'failed', label: 'failed', hint: 'the newest intent that ended was given up, or is uncertain', kind: 'end' },
  { key: 'superseded', label: 'superseded', hint: 'the newest intent that ended lost to a newer one', kind: 'end' },
  { key: 'held', label: 'held', hint: 'somebody asked that they be left alone', kind: 'mark' },
  { key: 'stale', label: 'stale', hint: 'not read for ten minutes or longer', kind: 'mark' },
  { key: 'protected', label: 'protected', hint: 'the inventory protects them', kind: 'mark' },
] as const

export type FacetKey = (typeof FACETS)[number]['key']

/** What was read longer ago is stale. */
export const STALE_AGE_MS = 600_000

/** The facets that a node has, a bit each. */
export function facetsOf(fleet: Fleet, at: number, now: number): number {
  const power = fleet.power[at]!
  const open = fleet.running[at] !== 0
  const outcome = fleet.outcome[at]!
  let bits = power === ON ? 1 : power === OFF ? 2 : isUnknownPower(power) ? 4 : 0
  if (open) bits |= 8
  if (open && fleet.phase[at] === BACKING_OFF) bits |= 16
  if (outcome === FAILED || outcome === UNCERTAIN) bits |= 32
  if (outcome === SUPERSEDED) bits |= 64
  if (fleet.held.has(at)) bits |= 128
  if (fleet.seenAt[at] === 0 || now - fleet.seenAt[at]! > STALE_AGE_MS) bits |= 256
  if (fleet.protected[at] === 1) bits |= 512
  return bits
}

/** Facets as masks of bits, one for each kind: a node fits if it has one of each kind that is asked for. */
export function wanted(keys: readonly FacetKey[]): number[] {
  const kinds = new Map<string, number>()
  FACETS.forEach(({ key, kind }, bit) => {
    if (keys.includes(key)) kinds.set(kind, (kinds.get(kind) ?? 0) | (1 << bit))
  })
  return [...kinds.values()]
}

export interface View {
  /** The places that fit, in order. */
  readonly places: Uint32Array
  /** For each facet, how many of those that the filter lets through have it. */
  readonly counts: readonly number[]
  /** How many the filter lets through. */
  readonly filtered: number
}

/** What is to be seen: the places that the filter and the facets let through, and the counts for the facets. */
export function view(fleet: Fleet, mask: Uint8Array | undefined, keys: readonly FacetKey[], now: number): View {
  const masks = wanted(keys)
  const counts = new Array<number>(FACETS.length).fill(0)
  const places = new Uint32Array(fleet.size)
  let filtered = 0
  let kept = 0
  for (let at = 0; at < fleet.size; at++) {
    if (mask && mask[at] === 0) continue
    filtered++
    const bits = facetsOf(fleet, at, now)
    for (let rest = bits; rest !== 0; rest &= rest - 1) counts[31 - Math.clz32(rest & -rest)]!++
    if (masks.every((mask) => (bits & mask) !== 0)) places[kept++] = at
  }
  return { places: places.subarray(0, kept), counts, filtered }
}

export function isFacet(word: string): word is FacetKey {
  return FACETS.some(({ key }) => key === word)
}
