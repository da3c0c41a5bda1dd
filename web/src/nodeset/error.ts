// Where and why a text is no node set, in the server's words. It does not read texts.

/** A text that is refused: where, from 1, and why. */
export class NodeSetError extends Error {
  readonly column: number

  constructor(column: number, reason: string) {
    super(`column ${column}: ${reason}`)
    this.name = 'NodeSetError'
    this.column = column
  }
}

/** A reason and the offset in the text that it was found at. */
export class Fault extends Error {
  readonly at: number

  constructor(at: number, reason: string) {
    super(reason)
    this.at = at
  }

  /** With the offset as a column of `text`, which counts characters. */
  within(text: string): NodeSetError {
    return new NodeSetError([...text.slice(0, this.at)].length + 1, this.message)
  }
}

export const WORDS = {
  emptyName: 'empty node name',
  missingOperand: 'missing node set before or after an operator',
  missingBracket: 'missing closing bracket',
  illegalClosing: 'closing bracket without an opening one',
  illegalReopening: 'bracket directly after a bracket',
  emptyRange: 'empty range in brackets',
  badNumber: 'expected a number or a range like 1-9 or 1-9/2 in brackets',
  paddingMismatch: 'ends of a zero-padded range are not equally long',
  backwardRange: 'end of the range is below its start',
  badStep: 'step of the range is not a number above zero',
  stepWithoutRange: 'step on a single number',
  stepBeforeDigits: 'digits after brackets that hold a step',
  digitsBeforeRange: 'digits before brackets whose range changes length are ambiguous',
} as const

export function badCharacter(found: string): string {
  return `character '${found}' does not belong in a node name`
}
