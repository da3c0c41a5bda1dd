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
  /** Also what depends on the nodes, and what they depend on. */
  readonly withChildren: boolean
  readonly withParents: boolean
  /** How many nodes begin at a time; 0 for all at once. */
  readonly batch: number
  readonly delay: string
  /** After how many failures the rest is not begun; 0 for never. */
  readonly stopAfter: number
}

/** A form that is being filled in. */
export type Draft = { -readonly [Field in keyof Wish]: Wish[Field] }

/** What is wrong with a form, or the request that it makes. */
export type Plan = { readonly is: 'wrong'; readonly because: string } | { readonly is: 'right'; readonly request: CommandRequest }

export const NO_WISH: Omit<Wish, 'action' | 'names'> = {
  reason: '',
  device: '',
  persistent: false,
  uefi: false,
  forceAfter: '',
  deadline: '',
  holdFor: '',
  forceProtected: false,
  withChildren: false,
  withParents: false,
  batch: 0,
  delay: '',
  stopAfter: 0,
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
  const spans = ['forceAfter', 'deadline', 'holdFor', 'delay'] as const
  const bad = spans.find((name) => wish[name].trim() !== '' && readSpan(wish[name]) === undefined)
  if (bad) return wrong(`“${wish[bad]}” is no span; write 30s, 5m, 1h or 2d`)
  if (wish.holdFor.trim() !== '' && wish.reason.trim() === '') return wrong('A hold needs a reason.')
  const whole = (number: number) => Number.isInteger(number) && number >= 0
  if (!whole(wish.batch)) return wrong('A batch has a whole number of nodes.')
  if (!whole(wish.stopAfter)) return wrong('Failures are counted in whole numbers.')
  return { is: 'right', request: request(wish) }
}

function request(wish: Wish): CommandRequest {
  const { action, names } = wish
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
  if (wish.withChildren) request.with_children = true
  if (wish.withParents) request.with_parents = true
  if (wish.batch > 0) request.batch = batch(wish)
  return request
}

function batch({ batch: size, delay, stopAfter }: Wish): NonNullable<CommandRequest['batch']> {
  const delay_ms = readSpan(delay) ?? 0
  return stopAfter > 0 ? { size, delay_ms, stop_after: stopAfter } : { size, delay_ms }
}
