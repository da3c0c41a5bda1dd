// The command line for what the page does. It does not run anything.

import type { Action, CommandRequest, OnOff } from '../api/types'
import { cliSpan } from '../words/span'

/** One word for a POSIX shell. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** `lastword off 'n[1-3]' --reason 'disk swap' --yes`. */
export function commandLine(request: CommandRequest): string {
  const words = ['lastword', ...verb(request), ...conditions(request)]
  if (request.confirm != null) words.push('--yes')
  if (request.force_protected) words.push('--force-protected')
  return words.join(' ')
}

function verb({ action, nodes, boot }: CommandRequest): string[] {
  if (!boot) return [action, quote(nodes)]
  const words = ['boot', quote(nodes), boot.device, '--and', action]
  if (boot.persistent) words.push('--persist')
  if (boot.uefi) words.push('--uefi')
  return words
}

function conditions(request: CommandRequest): string[] {
  const words: string[] = []
  const add = (flag: string, value: string | undefined | null) => {
    if (value) words.push(flag, quote(value))
  }
  add('-l', request.selector)
  add('--reason', request.reason)
  if (request.force_after_ms != null) add('--force-after', cliSpan(request.force_after_ms))
  if (request.deadline_ms != null) add('--deadline', cliSpan(request.deadline_ms))
  if (request.if_newest != null) add('--if-newest', String(request.if_newest))
  if (request.with_children) words.push('--with-children')
  if (request.with_parents) words.push('--with-parents')
  if (request.batch) words.push(...batch(request.batch))
  if (request.hold) {
    add('--hold', request.hold.reason)
    add('--hold-for', cliSpan(request.hold.for_ms))
  }
  return words
}

function batch({ size, delay_ms, stop_after }: NonNullable<CommandRequest['batch']>): string[] {
  const words = ['--batch', String(size)]
  if (delay_ms) words.push('--delay', cliSpan(delay_ms))
  if (stop_after != null) words.push('--stop-after-failures', String(stop_after))
  return words
}

export function holdLine(nodes: string, reason: string, forMs: number): string {
  return `lastword hold ${quote(nodes)} --reason ${quote(reason)} --for ${cliSpan(forMs)}`
}

export function releaseLine(nodes: string, breakOthers: boolean): string {
  return `lastword unhold ${quote(nodes)}${breakOthers ? ' --break' : ''}`
}

export function withdrawLine(nodes: string | undefined, seq: number | undefined): string {
  return `lastword cancel ${seq === undefined ? quote(nodes ?? '') : quote(`#${seq}`)}`
}

export function statusLine(nodes: string): string {
  return `lastword status ${quote(nodes)}`
}

export function logLine(seq: number): string {
  return `lastword log ${quote(`#${seq}`)}`
}

export function observedLine(nodes: string, power: OnOff): string {
  return `lastword observed ${quote(nodes)} ${power}`
}

export function whyLine(node: string): string {
  return `lastword why ${quote(node)}`
}

/** Whether an action may disturb a running system. */
export function isDisruptive(action: Action): boolean {
  return action !== 'on'
}
