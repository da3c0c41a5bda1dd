// The closed sets of words that the columns hold as small numbers, and the letters that a snapshot writes them with.

import type { Action, Outcome, Phase, Power } from '../api/types'
import { result } from '../words/verdict'

/** What is known of a node's power. `unread` is unknown as well: nobody asked yet. */
export const POWERS = ['unread', 'on', 'off', 'unknown'] as const
export type PowerWord = (typeof POWERS)[number]
export const UNREAD = 0
export const ON = 1
export const OFF = 2
export const UNKNOWN = 3

export const PHASES = [
  'idle',
  'pending',
  'draining',
  'reading',
  'setting-boot',
  'firing',
  'confirming',
  'backing-off',
  'recording',
  'held',
  'watching',
  'returning',
  'batched',
  'gated',
  'in-line',
] as const satisfies readonly Phase[]
export const PHASE_LETTERS = '.pdrbfcewhstqgl'
export const IDLE = 0
export const PENDING = 1
export const BACKING_OFF = 7
export const WATCHING = 10
export const RETURNING = 11

export const OUTCOMES = ['none', 'confirmed', 'superseded', 'cancelled', 'failed', 'uncertain'] as const
export const OUTCOME_LETTERS = '.csxfu'
export const SUPERSEDED = 2
export const FAILED = 4
export const UNCERTAIN = 5

const POWER_LETTERS = '-10?'
const AGE_LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ATTEMPT_LETTERS = '0123456789abcdefghijklmnopqrstuvwxyz'

export const ACTIONS: readonly Action[] = ['on', 'off', 'soft', 'cycle', 'soft-cycle', 'reset', 'nmi']

/** Whether nobody knows what the power is. */
export function isUnknownPower(power: number): boolean {
  return power === UNKNOWN || power === UNREAD
}

export function powerCode(power: Power): number {
  return power === 'on' ? ON : power === 'off' ? OFF : UNKNOWN
}

export function phaseCode(phase: Phase): number {
  return PHASES.indexOf(phase)
}

export function outcomeCode(outcome: Outcome): number {
  return OUTCOMES.indexOf(result(outcome).outcome)
}

/** Where each letter of a column stands, by its character code; unknown letters stand at 0. */
function letterTable(letters: string): Uint8Array {
  const table = new Uint8Array(128)
  for (let code = 0; code < letters.length; code++) table[letters.charCodeAt(code)] = code
  return table
}

const TABLES = {
  power: letterTable(POWER_LETTERS),
  phase: letterTable(PHASE_LETTERS),
  outcome: letterTable(OUTCOME_LETTERS),
  attempt: letterTable(ATTEMPT_LETTERS),
}

/** Reads a column of letters into codes; an empty text is all zeros. */
export function readColumn(kind: keyof typeof TABLES, text: string, into: Uint8Array): void {
  const table = TABLES[kind]
  if (text === '') into.fill(0)
  else for (let at = 0; at < into.length; at++) into[at] = table[text.charCodeAt(at) & 127]!
}

/** The least age in ms that a letter stands for; -1 if the node was not read yet. */
const AGES = (() => {
  const ages = new Float64Array(128).fill(-1)
  for (let at = 0; at < AGE_LETTERS.length; at++) {
    const seconds = at <= 10 ? at : 10 * 1.25 ** (at - 10)
    ages[AGE_LETTERS.charCodeAt(at)] = Math.round(seconds * 1_000)
  }
  return ages
})()

/** Reads the column of ages into times at which nodes were read; 0 for never. */
export function readAges(text: string, atMs: number, into: Float64Array): void {
  for (let at = 0; at < into.length; at++) {
    const age = AGES[text.charCodeAt(at) & 127]!
    into[at] = age < 0 ? 0 : atMs - age
  }
}
