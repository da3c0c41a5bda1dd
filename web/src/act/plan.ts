// From a filled-in form to the requests that are sent. It sends nothing.

import type { Action, BootDevice, CommandRequest } from '../api/types'
import { foldNames } from '../nodeset'
import { readSpan } from '../words/span'

/** What can be pressed, in the order in which it is shown. */
export const PRESSABLE = [
  { action: 'on', label: 'On', key: 'o', says: 'Power on. Never power-cycles; nothing is fired at a node that reads on.' },
  { action: 'soft', label: 'Soft off', key: 's', says: 'Asks the operating system to shut down.' },
  { action: 'off', label: 'Off', key: 'f', says: 'Hard power off.' },
  { action: 'cycle', label: 'Cycle', key: 'c', says: 'Off, seen off, then on. A node that is off is powered on.' },
  { action: 'reset', label: 'Reset', key: 'r', says: 'One hard reset, fired at most once.' },
  { action: 'nmi', label: 'NMI', key: '', says: 'One diagnostic interrupt, fired at most once.' },
  { action: 'soft-cycle', label: 'Soft cycle', key: '', says: 'As a cycle, but asks the operating system first.' },
] as const satisfies readonly { action: Action; label: string; key: string; says: string }[]

/** The most batches of one press. */
export const BATCHES_MAX = 500

/** The form, as it was filled in. */
export interface Wish {
  readonly action: Action
  readonly names: readonly string[]
  readonly reason: string
  readonly device: BootDevice | ''
  readonly persistent: boolean
  readonly uefi: boolean
  readonly forceAfter: string
  readonly deadline: string
  readonly holdFor: string
  readonly forceProtected: boolean
  /** How many nodes in a batch; 0 for all at once. */
  readonly batch: number
  readonly delay: string
}

/** A form that is being filled in. */
export type Draft = { -readonly [Field in keyof Wish]: Wish[Field] }

/** What is wrong with a form, or the requests it makes: one, or one for each batch. */
export type Plan =
  | { readonly is: 'wrong'; readonly because: string }
  | { readonly is: 'right'; readonly requests: readonly CommandRequest[]; readonly delayMs: number }

export const NO_WISH: Omit<Wish, 'action' | 'names'> = {
  reason: '',
  device: '',
  persistent: false,
  uefi: false,
  forceAfter: '',
  deadline: '',
  holdFor: '',
  forceProtected: false,
  batch: 0,
  delay: '30s',
}

/** Whether an action ends in on, so that it may carry a boot override. */
export function endsOn(action: Action): boolean {
  return action === 'on' || action === 'cycle' || action === 'soft-cycle' || action === 'reset'
}

export function isSoft(action: Action): boolean {
  return action === 'soft' || action === 'soft-cycle'
}

export function plan(wish: Wish): Plan {
  const wrong = (because: string): Plan => ({ is: 'wrong', because })
  const spans = ['forceAfter', 'deadline', 'holdFor'] as const
  const bad = spans.find((name) => wish[name].trim() !== '' && readSpan(wish[name]) === undefined)
  if (bad) return wrong(`“${wish[bad]}” is no span; write 30s, 5m, 1h or 2d`)
  if (wish.holdFor.trim() !== '' && wish.reason.trim() === '') return wrong('A hold needs a reason.')
  if (wish.batch < 0 || !Number.isInteger(wish.batch)) return wrong('A batch has a whole number of nodes.')
  const delayMs = readSpan(wish.delay)
  if (wish.batch > 0 && delayMs === undefined) return wrong(`“${wish.delay}” is no pause; write 30s or 5m`)
  const batches = inBatches(wish.names, wish.batch)
  if (batches.length > BATCHES_MAX) return wrong(`More than ${BATCHES_MAX} batches: make them larger.`)
  return { is: 'right', requests: batches.map((names) => request(wish, names)), delayMs: delayMs ?? 0 }
}

function request(wish: Wish, names: readonly string[]): CommandRequest {
  const { action } = wish
  const request: CommandRequest = { action, nodes: foldNames(names) }
  const reason = wish.reason.trim()
  if (reason !== '') request.reason = reason
  if (wish.device !== '' && endsOn(action)) {
    request.boot = { device: wish.device, persistent: wish.persistent, uefi: wish.uefi }
  }
  const forceAfter = readSpan(wish.forceAfter)
  if (forceAfter !== undefined && isSoft(action)) request.force_after_ms = forceAfter
  const deadline = readSpan(wish.deadline)
  if (deadline !== undefined) request.deadline_ms = deadline
  const holdFor = readSpan(wish.holdFor)
  if (holdFor !== undefined) request.hold = { reason, for_ms: holdFor }
  if (wish.forceProtected) request.force_protected = true
  return request
}

function inBatches(names: readonly string[], size: number): (readonly string[])[] {
  if (size <= 0 || size >= names.length) return [names]
  const batches: (readonly string[])[] = []
  for (let from = 0; from < names.length; from += size) batches.push(names.slice(from, from + size))
  return batches
}
