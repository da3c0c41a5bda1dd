// Numbers and their nouns.

/** `1 node`, `57 nodes`, `100,000 nodes`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`
}

/** With a comma between thousands, whatever the browser speaks: the page is in English. */
export function grouped(number: number): string {
  return String(number).replace(/\B(?=([0-9]{3})+$)/g, ',')
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts[0] ?? ''
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
