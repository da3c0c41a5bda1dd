// One number of a node name, kept as its digits: `1` and `01` are two numbers. It does not know names.

/** The most digits of one number in a node name. */
export const DIGITS_MAX = 36

/** Numbers of up to so many digits are exact in a double. */
const EXACT_DIGITS = 15

/** ClusterShell's order: shorter numbers first, then by value. */
export function compareNumbers(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length
  return left < right ? -1 : left > right ? 1 : 0
}

/** Whether it is written with leading zeros. */
export function isPadded(number: string): boolean {
  return number.length > 1 && number.startsWith('0')
}

/** Whether `next` is one more than `number`, however either is written. */
export function isNext(number: string, next: string): boolean {
  if (next.length <= EXACT_DIGITS) return Number(next) === Number(number) + 1
  return BigInt(next) === BigInt(number) + 1n
}

/** A key under which numbers are ordered as their texts would be. */
export function textOrder(number: string): string {
  return number.padEnd(DIGITS_MAX, '0') + String.fromCharCode(number.length)
}

/** Whether the text is ASCII digits alone, at least one. */
export function isDigits(text: string): boolean {
  return /^[0-9]+$/.test(text)
}
