// A node's story for the swim lanes: who asked for what from when to when, and who took whose place. It draws nothing.

import type { Door, Outcome, PastIntent, Power, Try } from '../api/types'
import { result } from '../words/verdict'

/** What somebody asked for through a door, as a length of time. */
export interface Stretch {
  readonly seq: number
  readonly action: string
  readonly from: number
  readonly to: number
  /** Whether the end is known, rather than guessed from what came next. */
  readonly isEnded: boolean
  readonly kind: 'open' | 'refused' | Outcome['outcome']
  /** Whose intent took its place. */
  readonly supersededBy: number | undefined
  readonly reason: string | undefined
}

export interface Lane {
  readonly by: string
  readonly door: Door
  readonly stretches: readonly Stretch[]
}

/** What was read again and again with the same result. */
export interface Reading {
  readonly from: number
  readonly to: number
  readonly power: Power
  readonly times: number
}

export interface Story {
  readonly lanes: readonly Lane[]
  readonly readings: readonly Reading[]
  readonly from: number
  readonly to: number
}

/** So long is an intent drawn of which nothing but its beginning is known. */
const SHORT_MS = 1_000

export function story(intents: readonly PastIntent[], tries: readonly Try[], now: number): Story {
  const lanes = new Map<string, { by: string; door: Door; stretches: Stretch[] }>()
  for (const intent of intents) {
    const key = `${intent.by} ${intent.door}`
    const lane = lanes.get(key) ?? { by: intent.by, door: intent.door, stretches: [] }
    lane.stretches.push(stretch(intent, intents, tries, now))
    lanes.set(key, lane)
  }
  const from = intents.reduce((first, { accepted_at_ms }) => Math.min(first, accepted_at_ms), now)
  return { lanes: [...lanes.values()], readings: readingsOf(tries.filter(({ at_ms }) => at_ms >= from)), from, to: now }
}

function readingsOf(tries: readonly Try[]): Reading[] {
  const readings: Reading[] = []
  for (const { asked, at_ms: to, power } of tries) {
    if (asked !== 'read' || !power) continue
    const last = readings.at(-1)
    if (last?.power === power) readings[readings.length - 1] = { ...last, to, times: last.times + 1 }
    else readings.push({ from: to, to, power, times: 1 })
  }
  return readings
}

function stretch(intent: PastIntent, intents: readonly PastIntent[], tries: readonly Try[], now: number): Stretch {
  const { seq, action, accepted_at_ms: from, state, reason } = intent
  const base = { seq, action, from, reason: reason ?? undefined }
  if (state.state === 'refused') return { ...base, to: from, isEnded: true, kind: 'refused', supersededBy: undefined }
  if (state.state !== 'ended') return { ...base, to: now, isEnded: false, kind: 'open', supersededBy: undefined }
  const end = result(state)
  const by = end.outcome === 'superseded' ? end.by.seq : undefined
  return { ...base, to: Math.max(from, endOf(intent, by, intents, tries)), isEnded: true, kind: end.outcome, supersededBy: by }
}

/** When an intent ended: as told, when the newer one came, or when its BMC answered last. */
function endOf(intent: PastIntent, by: number | undefined, intents: readonly PastIntent[], tries: readonly Try[]): number {
  if (intent.ended_at_ms != null) return intent.ended_at_ms
  const newer = intents.find(({ seq }) => seq === by)
  if (newer) return newer.accepted_at_ms
  const last = tries.filter(({ seq }) => seq === intent.seq).at(-1)
  return last ? last.at_ms : intent.accepted_at_ms + SHORT_MS
}

/** A scale on which long pauses are short: what happens in seconds stays legible beside what waited for hours. */
export class Scale {
  private readonly at: number[]
  private readonly place: number[] = [0]

  /** The times that matter, and the longest pause between two of them that is drawn to scale. */
  constructor(times: Iterable<number>, longestMs: number) {
    this.at = [...new Set(times)].sort((left, right) => left - right)
    for (let n = 1; n < this.at.length; n++) {
      const gap = this.at[n]! - this.at[n - 1]!
      const shown = gap <= longestMs ? gap : longestMs * (1 + Math.log10(gap / longestMs) / 4)
      this.place.push(this.place[n - 1]! + shown)
    }
  }

  /** Where a time is, from 0 to 1. */
  of(time: number): number {
    const { at, place } = this
    const total = place.at(-1)!
    if (total === 0) return 0
    let n = 1
    while (n < at.length - 1 && at[n]! < time) n++
    const [from, to] = [at[n - 1]!, at[n]!]
    const share = to === from ? 0 : (time - from) / (to - from)
    const where = place[n - 1]! + (place[n]! - place[n - 1]!) * Math.min(1, Math.max(0, share))
    return where / total
  }

  /** Times for the axis, so many at most, evenly spread on paper. */
  marks(most: number): number[] {
    const marks: number[] = []
    let last = -1
    for (const time of this.at) {
      const where = this.of(time)
      if (last >= 0 && where - last < 1 / most) continue
      marks.push(time)
      last = where
    }
    return marks
  }
}
