// Spans of time in words, and back. It does not know clocks.

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
]

/** The longest span that is read: 366 days, as the server has it. */
const SPAN_MAX_MS = 366 * 86_400_000

/** An age for people: `now`, `12 s`, `4 min`, `3 h`, `2 d`. */
export function age(ms: number): string {
  if (ms < 1_000) return 'now'
  if (ms < 60_000) return `${Math.floor(ms / 1_000)} s`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min`
  if (ms < 172_800_000) return `${Math.floor(ms / 3_600_000)} h`
  return `${Math.floor(ms / 86_400_000)} d`
}

/** How long ago: `just now`, `12 s ago`. */
export function ago(ms: number): string {
  return ms < 1_000 ? 'just now' : `${age(ms)} ago`
}

/** A latency for people: `12 ms`, `1.4 s`. */
export function latency(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}

/** As the command line reads it: `90s`, `5m`, `2h`, in the largest unit without a rest. */
export function cliSpan(ms: number): string {
  for (const [unit, size] of UNITS) if (ms >= size && ms % size === 0) return `${ms / size}${unit}`
  return `${ms}ms`
}

/** Reads `30s`, `5m`, `1h` or `2d`; none if it is no such thing. */
export function readSpan(text: string): number | undefined {
  const found = /^\s*([0-9]{1,12})\s*(ms|s|m|min|h|d)\s*$/.exec(text)
  if (!found) return undefined
  const unit = found[2] === 'min' ? 'm' : found[2]!
  const size = unit === 'ms' ? 1 : UNITS.find(([name]) => name === unit)![1]
  const ms = Number(found[1]) * size
  return ms > 0 && ms <= SPAN_MAX_MS ? ms : undefined
}

/** The time of day, with seconds. */
export function clock(atMs: number): string {
  const at = new Date(atMs)
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':')
}

/** Day and time of day. */
export function dateTime(atMs: number): string {
  const at = new Date(atMs)
  const day = `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`
  return `${day} ${clock(atMs)}`
}
