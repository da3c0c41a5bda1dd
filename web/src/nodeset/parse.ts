// Reads a node set expression, left to right, in ClusterShell's grammar. It does not know groups or nodes: it asks.

import { DIGITS_MAX } from './number'
import { Fault, NodeSetError, WORDS } from './error'
import { HOLE, NodeSet, Pile, fill, split, type OpName, type Row } from './set'
import { operandEnd, readOperand, type Operand } from './operand'

/** The most names of an operand or a result. */
export const NAMES_MAX = 200_000
/** The most wildcard patterns in one expression, brackets expanded. */
export const WILDCARDS_MAX = 256
/** The most characters of an expression. */
export const TEXT_MAX = 1 << 20

/** Whoever knows the groups and the nodes. */
export interface Groups {
  /** The nodes of the group named after `@`; none when there is no such group. */
  group(name: string): NodeSet | undefined
  /** Every known node: `@*`. */
  all(): NodeSet
}

const OPERATORS: Readonly<Record<string, OpName>> = {
  ',': 'union',
  '!': 'difference',
  '&': 'intersection',
  '^': 'symmetric',
}

/** What an expression means; throws a {@link NodeSetError} that tells the column. */
export function parse(text: string, groups?: Groups): NodeSet {
  try {
    if (text.length > TEXT_MAX) throw new Fault(0, `node set text of more than ${TEXT_MAX} bytes`)
    return new Evaluation(text, groups).run()
  } catch (error) {
    throw error instanceof Fault ? error.within(text) : error
  }
}

/** The same, or none where the text is no node set. */
export function tryParse(text: string, groups?: Groups): NodeSet | undefined {
  try {
    return parse(text, groups)
  } catch (error) {
    if (error instanceof NodeSetError) return undefined
    throw error
  }
}

class Evaluation {
  private result = NodeSet.EMPTY
  /** Operands that wait to be applied with one operation. */
  private batch = new Pile()
  private batchOp: OpName = 'union'
  private batched = 0
  private wildcardsLeft = WILDCARDS_MAX

  constructor(
    private readonly text: string,
    private readonly groups: Groups | undefined,
  ) {}

  run(): NodeSet {
    let at = this.skipBlanks(0)
    let op: OpName = 'union'
    while (at < this.text.length) {
      this.select(op, at)
      const end = operandEnd(this.text, at)
      if (end === at) throw new Fault(at, WORDS.missingOperand)
      this.apply(at, end)
      ;[op, at] = this.nextOp(this.skipBlanks(end))
    }
    this.flush(at)
    return this.result
  }

  private skipBlanks(at: number): number {
    while (at < this.text.length && isBlank(this.text[at]!)) at++
    return at
  }

  /** The operator at `at`, union when there is none, and where its operand starts. */
  private nextOp(at: number): [OpName, number] {
    const op = OPERATORS[this.text[at] ?? '']
    if (op === undefined) return ['union', at]
    const operand = this.skipBlanks(at + 1)
    if (operand === this.text.length) throw new Fault(at, WORDS.missingOperand)
    return [op, operand]
  }

  private select(op: OpName, at: number): void {
    const joins = op === 'union' || op === 'difference'
    if (op === this.batchOp && joins) return
    this.flush(at)
    this.batchOp = op
  }

  private apply(at: number, end: number): void {
    const word = this.text.slice(at, end)
    if (!/[[\]@*?]/.test(word)) {
      const { template, row } = plain(word, at)
      this.count(1, at)
      this.batch.addRow(template, row)
      return
    }
    const operand = readOperand(this.text, at, end, NAMES_MAX)
    if (operand.kind === 'nodes') {
      this.count(operand.size, at)
      for (const row of product(operand.axes)) this.batch.addRow(operand.template, row)
    } else {
      this.applyFound(operand, at)
    }
  }

  private applyFound(operand: Operand, at: number): void {
    const { groups } = this
    if (!groups) throw new Fault(at, 'groups and wildcards are not accepted here')
    const words = operand.template.split(HOLE)
    for (const row of product(operand.axes)) {
      const text = fill(words, row)
      const found = operand.kind === 'group' ? group(groups, text, at) : this.wildcard(groups, text, at)
      this.count(found.size, at)
      this.batch.addSet(found)
    }
  }

  private wildcard(groups: Groups, pattern: string, at: number): NodeSet {
    if (this.wildcardsLeft-- === 0) throw new Fault(at, `more than ${WILDCARDS_MAX} wildcard patterns`)
    return groups.all().matching(pattern)
  }

  /** Applies the batch before it grows beyond what a set may hold twice over. */
  private count(names: number, at: number): void {
    if (names > NAMES_MAX) throw new Fault(at, `more than ${NAMES_MAX} node names`)
    const joins = this.batchOp === 'union' || this.batchOp === 'difference'
    if (joins && this.batched + names > 2 * NAMES_MAX) this.flush(at)
    this.batched += names
  }

  private flush(at: number): void {
    if (this.batched === 0 && this.batchOp !== 'intersection') return
    const operand = this.batch.finish()
    this.batch = new Pile()
    this.batched = 0
    this.result = this.result.combine(operand, this.batchOp)
    if (this.result.size > NAMES_MAX) throw new Fault(at, `more than ${NAMES_MAX} node names`)
  }
}

function plain(word: string, at: number): { template: string; row: Row } {
  try {
    const parts = split(word)
    const long = parts.row.find((digits) => digits.length > DIGITS_MAX)
    if (long) throw new Fault(word.indexOf(long), `number of more than ${DIGITS_MAX} digits`)
    return parts
  } catch (error) {
    throw error instanceof Fault ? new Fault(at + error.at, error.message) : error
  }
}

function group(groups: Groups, name: string, at: number): NodeSet {
  const found = name === '*' ? groups.all() : groups.group(name)
  if (!found) throw new Fault(at, `unknown group @${name}`)
  return found
}

/** Every combination of one number of each axis, the last axis fastest. */
function* product(axes: readonly (readonly string[])[], from = 0): Generator<Row> {
  const axis = axes[from]
  if (axis === undefined) {
    yield []
    return
  }
  for (const number of axis) for (const rest of product(axes, from + 1)) yield [number, ...rest]
}

export function isBlank(found: string): boolean {
  return /[ \t\n\r\f]/.test(found)
}

export function isOperator(found: string): boolean {
  return found in OPERATORS
}
