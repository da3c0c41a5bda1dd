// What a press did and what became of it, in a few words and as a bar of shares. It asks nobody.

import type { Command, StateGroup, VerdictGroup } from '../api/types'
import { grouped } from '../words/count'
import { isRefusal, phaseWords, refusal, result, whose } from '../words/verdict'

/** Some of a command's nodes that stand the same way. */
export interface Share {
  readonly kind: 'confirmed' | 'open' | 'superseded' | 'cancelled' | 'failed' | 'uncertain' | 'refused'
  readonly count: number
  readonly words: string
  readonly nodes: string
}

/** How a command stands, the largest share of each kind first. Shares that read the same are one. */
export function shares(command: Command): Share[] {
  const found = new Map<string, Share>()
  for (const group of command.states) {
    const share = shareOf(group)
    const key = `${share.kind} ${share.words}`
    const known = found.get(key)
    const nodes = known ? `${known.nodes},${share.nodes}` : share.nodes
    found.set(key, { ...share, nodes, count: (known?.count ?? 0) + share.count })
  }
  const order = ['confirmed', 'open', 'superseded', 'cancelled', 'failed', 'uncertain', 'refused']
  return [...found.values()].sort((l, r) => order.indexOf(l.kind) - order.indexOf(r.kind) || r.count - l.count)
}

function shareOf(group: StateGroup): Share {
  const { nodes, count } = group
  switch (group.state) {
    case 'refused':
      return { kind: 'refused', nodes, count, words: `refused: ${refusal(group.verdict)}` }
    case 'waiting':
      return { kind: 'open', nodes, count, words: 'waiting' }
    case 'joined':
      return { kind: 'open', nodes, count, words: `with #${group.into}` }
    case 'running': {
      const again = group.attempt > 1 ? `, try ${group.attempt}` : ''
      return { kind: 'open', nodes, count, words: `${phaseWords(group.phase)}${again}` }
    }
    case 'ended':
      return endedShare(group, nodes, count)
  }
}

function endedShare(group: Extract<StateGroup, { state: 'ended' }>, nodes: string, count: number): Share {
  const end = result(group)
  switch (end.outcome) {
    case 'confirmed':
      return { kind: 'confirmed', nodes, count, words: 'confirmed' }
    case 'superseded':
      return { kind: 'superseded', nodes, count, words: `superseded by ${whose(end.by)}` }
    case 'cancelled':
      return { kind: 'cancelled', nodes, count, words: `withdrawn by ${end.by.by ?? 'somebody'}` }
    case 'failed':
      return { kind: 'failed', nodes, count, words: `gave up: ${end.cause}` }
    case 'uncertain':
      return { kind: 'uncertain', nodes, count, words: `uncertain: ${end.cause}` }
  }
}

/** `40 confirmed, 20 confirming, 4 superseded by bob’s off (#31)`. */
export function sharesLine(command: Command): string {
  return shares(command)
    .map(({ count, words }) => `${grouped(count)} ${words}`)
    .join(', ')
}

/** Whom it replaced: `superseded alice’s on (#29) on 4`; empty if nobody. */
export function replacedLine(verdicts: readonly VerdictGroup[]): string {
  const replaced = verdicts.flatMap((group) =>
    group.does === 'supersede' ? [`${whose(group)} on ${grouped(group.count)}`] : [],
  )
  return replaced.length === 0 ? '' : `replaced ${replaced.join(', ')}`
}

/** How many of them the command was refused for. */
export function refusedCount(verdicts: readonly VerdictGroup[]): number {
  return verdicts.reduce((sum, group) => sum + (isRefusal(group) ? group.count : 0), 0)
}
