// The set of node names and its algebra, in the order of the server. It does not read or write the grammar.

import { compareNumbers } from './number'
import { Fault, WORDS, badCharacter } from './error'

/** Stands for a number in a template. No node name has it. */
export const HOLE = '%'

/** The numbers of one node, or of one piece of a product. */
export type Row = readonly string[]

/** The nodes that share one template: `r1n05` is `r%n%` with the numbers 1 and 05. Rows are sorted and unique. */
export interface Family {
  readonly template: string
  readonly rows: readonly Row[]
}

/** Which elements an operation keeps: those in the left set alone, in both, in the right one alone. */
interface Op {
  readonly left: boolean
  readonly both: boolean
  readonly right: boolean
}

const OPS = {
  union: { left: true, both: true, right: true },
  difference: { left: true, both: false, right: false },
  intersection: { left: false, both: true, right: false },
  symmetric: { left: true, both: false, right: true },
} satisfies Record<string, Op>

export type OpName = keyof typeof OPS

/** An ordered set of node names: by words, then by numbers, so `n2` is before `n10` and `n10` before `n01`. */
export class NodeSet {
  static readonly EMPTY = new NodeSet([])
  /** How many names are in the set. */
  readonly size: number

  /** The families must be sorted by template, none empty. */
  constructor(readonly families: readonly Family[]) {
    this.size = families.reduce((sum, family) => sum + family.rows.length, 0)
  }

  /** The set of these plain names: no brackets, groups or operators. */
  static ofNames(names: Iterable<string>): NodeSet {
    const pile = new Pile()
    for (const name of names) pile.addName(name)
    return pile.finish()
  }

  /** The names in order. */
  *names(): Generator<string> {
    for (const { template, rows } of this.families) {
      const words = template.split(HOLE)
      for (const row of rows) yield fill(words, row)
    }
  }

  has(name: string): boolean {
    const { template, row } = split(name)
    const family = this.families.find((family) => family.template === template)
    return family !== undefined && hasRow(family.rows, row)
  }

  combine(other: NodeSet, name: OpName): NodeSet {
    const op = OPS[name]
    const families: Family[] = []
    const byTemplate = (left: Family, right: Family) => order(left.template, right.template)
    join(this.families, other.families, byTemplate, (left, right) => {
      if (left && right) {
        const rows = combineRows(left.rows, right.rows, op)
        if (rows.length > 0) families.push({ template: left.template, rows })
      } else if (left ? op.left : op.right) {
        families.push((left ?? right)!)
      }
    })
    return new NodeSet(families)
  }

  /** The names that a pattern with `*` and `?` matches as a whole. */
  matching(pattern: string): NodeSet {
    const source = pattern.replace(/[.\-]/g, '\\$&').replace(/\*+/g, '.*').replaceAll('?', '.')
    const accepts = new RegExp(`^${source}$`)
    const families = this.families.flatMap(({ template, rows }) => {
      const words = template.split(HOLE)
      const kept = rows.filter((row) => accepts.test(fill(words, row)))
      return kept.length > 0 ? [{ template, rows: kept }] : []
    })
    return new NodeSet(families)
  }
}

/** Gathers names in any order, doubles included, and sorts them once. */
export class Pile {
  private readonly families = new Map<string, Row[]>()

  addName(name: string): void {
    const { template, row } = split(name)
    this.addRow(template, row)
  }

  addRow(template: string, row: Row): void {
    const rows = this.families.get(template)
    if (rows) rows.push(row)
    else this.families.set(template, [row])
  }

  addSet(set: NodeSet): void {
    for (const { template, rows } of set.families) for (const row of rows) this.addRow(template, row)
  }

  finish(): NodeSet {
    const families = [...this.families].map(([template, rows]) => ({ template, rows: settled(rows) }))
    return new NodeSet(families.sort((left, right) => order(left.template, right.template)))
  }
}

/** Splits a name into its words and its numbers. */
export function split(name: string): { template: string; row: Row } {
  if (name === '') throw new Fault(0, WORDS.emptyName)
  const bad = /[^A-Za-z0-9._-]/u.exec(name)
  if (bad) throw new Fault(bad.index, badCharacter(bad[0]))
  const row: string[] = []
  const template = name.replace(/[0-9]+/g, (digits) => {
    row.push(digits)
    return HOLE
  })
  return { template, row }
}

/** The words of a template with what stands between them. */
export function fill(words: readonly string[], between: readonly string[]): string {
  let text = words[0]!
  for (let hole = 0; hole < between.length; hole++) text += between[hole]! + words[hole + 1]!
  return text
}

export function compareRows(left: Row, right: Row): number {
  for (let column = 0; column < left.length; column++) {
    const found = compareNumbers(left[column]!, right[column]!)
    if (found !== 0) return found
  }
  return 0
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

function settled(rows: Row[]): Row[] {
  if (!isSorted(rows)) rows.sort(compareRows)
  return rows.filter((row, index) => index === 0 || compareRows(rows[index - 1]!, row) !== 0)
}

function isSorted(rows: readonly Row[]): boolean {
  return rows.every((row, index) => index === 0 || compareRows(rows[index - 1]!, row) < 0)
}

function hasRow(rows: readonly Row[], row: Row): boolean {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const found = compareRows(rows[middle]!, row)
    if (found === 0) return true
    if (found < 0) low = middle + 1
    else high = middle
  }
  return false
}

function combineRows(left: readonly Row[], right: readonly Row[], op: Op): Row[] {
  const rows: Row[] = []
  join(left, right, compareRows, (ours, theirs) => {
    const keep = ours && theirs ? op.both : ours ? op.left : op.right
    if (keep) rows.push((ours ?? theirs)!)
  })
  return rows
}

/** Walks two sorted lists together; an element that is in both is told once. */
function join<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (left: T, right: T) => number,
  visit: (left: T | undefined, right: T | undefined) => void,
): void {
  let l = 0
  let r = 0
  while (l < left.length || r < right.length) {
    const side = l === left.length ? 1 : r === right.length ? -1 : compare(left[l]!, right[r]!)
    visit(side <= 0 ? left[l] : undefined, side >= 0 ? right[r] : undefined)
    if (side <= 0) l++
    if (side >= 0) r++
  }
}
