// Reads one operand of an expression: a template of words, and axes of numbers. It does not make its names.

import { Fault, WORDS, badCharacter } from './error'
import { DIGITS_MAX, compareNumbers, isDigits, isPadded } from './number'
import { isBlank, isOperator } from './parse'
import { HOLE } from './set'

/** The most numbers in one node name. */
const NUMBERS_MAX = 32
/** The most characters of one node name. */
const NAME_MAX = 255

/** A template and, for each of its holes, the numbers that go there. */
export interface Operand {
  /** What its texts are: names, names of groups without the `@`, or patterns. */
  readonly kind: 'nodes' | 'group' | 'wildcard'
  readonly template: string
  readonly axes: readonly (readonly string[])[]
  /** How many texts it stands for. */
  readonly size: number
}

/** Where the operand at `at` ends: at a blank or an operator outside of brackets. */
export function operandEnd(text: string, at: number): number {
  let inside = false
  for (let end = at; end < text.length; end++) {
    const found = text[end]!
    inside = (inside || found === '[') && found !== ']'
    if (!inside && (isBlank(found) || isOperator(found))) return end
  }
  return text.length
}

export function readOperand(text: string, at: number, end: number, namesMax: number): Operand {
  const group = text[at] === '@'
  return new Reader(text.slice(0, end), group ? at + 1 : at, group, namesMax).read()
}

class Reader {
  private kind: Operand['kind']
  private template = ''
  private readonly axes: string[][] = []
  private size = 1
  private readonly start: number

  constructor(
    private readonly text: string,
    private at: number,
    group: boolean,
    private readonly namesMax: number,
  ) {
    this.start = at
    this.kind = group ? 'group' : 'nodes'
  }

  read(): Operand {
    while (this.at < this.text.length) this.step()
    if (this.template === '') throw new Fault(this.start, WORDS.emptyName)
    const digits = this.axes.reduce((sum, axis) => sum + Math.max(...axis.map((n) => n.length)), 0)
    const length = this.template.length - this.axes.length + digits
    if (length > NAME_MAX) throw new Fault(this.start, `node name of more than ${NAME_MAX} bytes`)
    return { kind: this.kind, template: this.template, axes: this.axes, size: this.size }
  }

  /** Takes digits, a bracket with the digits around it, or one other character. */
  private step(): void {
    const digits = this.takeDigits()
    const found = this.text[this.at]
    if (found === '[') return this.bracket(digits)
    if (digits !== '') return this.pushAxis([digits])
    if (found === ']') throw new Fault(this.at, WORDS.illegalClosing)
    this.word()
  }

  private takeDigits(): string {
    let end = this.at
    while (end < this.text.length && isDigits(this.text[end]!)) end++
    const digits = this.text.slice(this.at, end)
    if (digits.length > DIGITS_MAX) throw new Fault(this.at, `number of more than ${DIGITS_MAX} digits`)
    this.at = end
    return digits
  }

  private word(): void {
    const found = String.fromCodePoint(this.text.codePointAt(this.at)!)
    if (!this.accepts(found)) throw new Fault(this.at, badCharacter(found))
    if (this.kind === 'nodes' && (found === '*' || found === '?')) this.kind = 'wildcard'
    this.template += found
    this.at += found.length
  }

  private accepts(found: string): boolean {
    if (/^[A-Za-z0-9._-]$/.test(found)) return true
    if (this.kind !== 'group') return found === '*' || found === '?'
    // every group, or every group of a source
    const alone = this.template === '' || this.template.endsWith(':')
    return found === ':' || (found === '*' && alone && this.at + 1 === this.text.length)
  }

  /** Digits before and after a bracket belong to its numbers: `n1[2-3]4` is `n124` and `n134`. */
  private bracket(before: string): void {
    const open = this.at
    const close = this.text.indexOf(']', open)
    if (close < 0) throw new Fault(open, WORDS.missingBracket)
    const inside = this.text.slice(open + 1, close)
    let numbers = readRanges(inside, open + 1, Math.floor(this.namesMax / this.size), this.namesMax)
    this.at = close + 1
    const after = this.takeDigits()
    if (after !== '' && inside.includes('/')) throw new Fault(this.at, WORDS.stepBeforeDigits)
    if (this.text[this.at] === '[') throw new Fault(this.at, WORDS.illegalReopening)
    if (after !== '') numbers = numbers.map((number) => number + after)
    if (before !== '') numbers = prefixed(before, numbers, open)
    this.pushAxis(numbers)
  }

  private pushAxis(numbers: string[]): void {
    if (this.axes.length === NUMBERS_MAX) {
      throw new Fault(this.start, `node name with more than ${NUMBERS_MAX} numbers`)
    }
    this.axes.push(numbers)
    this.size *= numbers.length
    this.template += HOLE
  }
}

function prefixed(before: string, numbers: readonly string[], open: number): string[] {
  const grows = numbers.some((number, index) => {
    const last = numbers[index - 1]
    return last !== undefined && last.length !== number.length && BigInt(last) + 1n === BigInt(number)
  })
  if (grows) throw new Fault(open, WORDS.digitsBeforeRange)
  return numbers.map((number) => before + number)
}

/** The sorted numbers of what is between brackets, `at` being where that starts. */
function readRanges(list: string, at: number, room: number, namesMax: number): string[] {
  const numbers = new Set<string>()
  let start = at
  for (const piece of list.split(',')) {
    const trimmed = piece.trimStart()
    const pieceAt = start + piece.length - trimmed.length
    start += piece.length + 1
    addSpan(numbers, trimmed.trimEnd(), pieceAt, room, namesMax)
  }
  return [...numbers].sort(compareNumbers)
}

/** Reads `1`, `1-9` or `1-9/2`. */
function addSpan(numbers: Set<string>, piece: string, at: number, room: number, namesMax: number): void {
  if (piece === '') throw new Fault(at, WORDS.emptyRange)
  const slash = piece.indexOf('/')
  const ends = slash < 0 ? piece : piece.slice(0, slash)
  const step = slash < 0 ? 1n : readStep(piece.slice(slash + 1), at + slash + 1)
  const dash = ends.indexOf('-')
  if (dash < 0) {
    const number = readNumber(ends, at)
    if (step !== 1n) throw new Fault(at, WORDS.stepWithoutRange)
    numbers.add(number)
    return
  }
  const first = readNumber(ends.slice(0, dash), at)
  const last = readNumber(ends.slice(dash + 1), at + dash + 1)
  const padded = isPadded(first) || isPadded(last)
  if (padded && first.length !== last.length) throw new Fault(at, WORDS.paddingMismatch)
  const [from, to] = [BigInt(first), BigInt(last)]
  if (from > to) throw new Fault(at, WORDS.backwardRange)
  if ((to - from) / step + 1n > BigInt(room)) throw new Fault(at, `more than ${namesMax} node names`)
  const length = padded ? first.length : 1
  for (let value = from; value <= to; value += step) numbers.add(String(value).padStart(length, '0'))
  if (numbers.size > room) throw new Fault(at, `more than ${namesMax} node names`)
}

function readNumber(text: string, at: number): string {
  const digits = text.trim()
  const found = at + text.length - text.trimStart().length
  if (!isDigits(digits)) throw new Fault(found, WORDS.badNumber)
  if (digits.length > DIGITS_MAX) throw new Fault(found, `number of more than ${DIGITS_MAX} digits`)
  // one number alone keeps its zeros; "00" is a number of two digits
  return digits
}

function readStep(text: string, at: number): bigint {
  const digits = text.trim()
  const step = isDigits(digits) ? BigInt(digits) : 0n
  if (step === 0n) throw new Fault(at, WORDS.badStep)
  return step
}
