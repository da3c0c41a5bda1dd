// What a command does, and how intents end, in the words of the command line. It decides nothing.

import type { Outcome, State, Verdict, VerdictGroup, Whose } from '../api/types'
import { count, grouped } from './count'
import { clock } from './span'

/** `bob’s off (#31) “disk swap”`. */
export function whose(other: Whose): string {
  const by = other.by ?? 'somebody'
  const what = other.action ? `${by}’s ${other.action} (#${other.seq})` : `${by} (#${other.seq})`
  return what + why(other)
}

/** `by bob: off, #31 “disk swap”`. */
export function described(other: Whose): string {
  const by = other.by ?? 'somebody'
  const what = other.action ? `by ${by}: ${other.action}, #${other.seq}` : `by ${by}, #${other.seq}`
  return what + why(other)
}

function why({ reason }: Whose): string {
  return reason ? ` “${reason}”` : ''
}

/** One verdict for some nodes: `57 fire`, `4 supersede bob's on (#31)`. */
export function verdictPhrase(group: VerdictGroup): string {
  const n = grouped(group.count)
  switch (group.does) {
    case 'fire':
      return `${n} ${group.count === 1 ? 'fires' : 'fire'}`
    case 'already':
      return `${n} already there`
    case 'merge':
      return `${n} ${group.count === 1 ? 'joins' : 'join'} ${whose(group)}`
    case 'supersede':
      return `${n} ${group.count === 1 ? 'supersedes' : 'supersede'} ${whose(group)}`
    case 'wait':
      return `${n} ${group.count === 1 ? 'waits' : 'wait'} behind ${whose(group)}`
    default:
      return `${n} refused: ${refusal(group)}`
  }
}

/** Why a command was refused; empty if it was not. */
export function refusal(verdict: Verdict): string {
  switch (verdict.does) {
    case 'stale-sequence':
      return `stale, your newest number here is ${verdict.newest}`
    case 'stale-newest':
      return `stale, the newest is ${verdict.newest.seq === 0 ? 'none' : whose(verdict.newest)}`
    case 'held':
      return `${verdict.holder} holds it until ${clock(verdict.until_at_ms)} (${verdict.reason})`
    case 'busy':
      return `busy with ${whose(verdict)}`
    case 'full':
      return `full, ${verdict.limit} wait already`
    case 'fire':
    case 'already':
    case 'merge':
    case 'supersede':
    case 'wait':
      return ''
  }
}

export function isRefusal(verdict: Verdict): boolean {
  return refusal(verdict) !== ''
}

/** The whole preview or answer in one line. */
export function verdictLine(groups: readonly VerdictGroup[]): string {
  return groups.map(verdictPhrase).join(', ')
}

/** An outcome: `confirmed`, `superseded by bob: off, #31`. */
export function outcomeWords(outcome: Outcome): string {
  switch (outcome.outcome) {
    case 'confirmed':
      return 'confirmed'
    case 'merged':
      return `joined #${outcome.into}: ${outcomeWords(outcome.result)}`
    case 'superseded':
      return `superseded ${described(outcome.by)}`
    case 'cancelled':
      return `withdrawn ${described(outcome.by)}`
    case 'failed':
      return `gave up: ${outcome.cause}`
    case 'uncertain':
      return `uncertain: ${outcome.cause}`
  }
}

/** What an outcome really came to: for a merged one, the end of the operation that it shared. */
export function result(outcome: Outcome): Exclude<Outcome, { outcome: 'merged' }> {
  return outcome.outcome === 'merged' ? result(outcome.result) : outcome
}

/** How a command stands on a node. */
export function stateWords(state: State): string {
  switch (state.state) {
    case 'refused':
      return `refused: ${refusal(state.verdict)}`
    case 'waiting':
      return 'waits for its turn'
    case 'joined':
      return `joined #${state.into}`
    case 'running': {
      const tries = state.attempt > 0 ? `, ${count(state.attempt, 'try', 'tries')}` : ''
      return `${phaseWords(state.phase)}${tries}${state.cause ? `: ${state.cause}` : ''}`
    }
    case 'ended':
      return outcomeWords(state)
  }
}

/** A phase for people: what is waited for is said. */
export function phaseWords(phase: string): string {
  switch (phase) {
    case 'batched':
      return 'waiting for its batch'
    case 'gated':
      return 'waiting for its kin'
    case 'in-line':
      return 'waiting for its circuit'
    default:
      return phase.replaceAll('-', ' ')
  }
}
