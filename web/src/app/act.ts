// An action that is being asked for: the form, what the server foretells of it, what stands in its way, and giving it.

import { createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js'
import { createStore, type SetStoreFunction } from 'solid-js/store'
import { Refused, wordsOf } from '../api/client'
import type { CommandAnswer, CommandRequest } from '../api/types'
import { batchLines, commandLine, isDisruptive } from '../act/cli'
import { NO_WISH, plan, type Draft } from '../act/plan'
import { expandAll, foldNames } from '../nodeset'
import { VIEWER_WORDS } from '../parts/Actions'
import { verdictPhrase } from '../words/verdict'
import { giveInBatches } from './batches'
import type { House } from './house'
import { may } from './session'
import type { Asked } from './ui'

/** So long after a change of the form or of the nodes the server is asked again what would happen. */
const REST_MS = 200
const AGAIN_MS = 1_500

export type Told = { readonly is: 'told'; readonly answer: CommandAnswer }
export type Foretold = Told | { readonly is: 'refused'; readonly because: string }

export interface Act {
  readonly wish: Draft
  readonly setWish: SetStoreFunction<Draft>
  readonly setTyped: (text: string) => void
  /** The nodes, folded. */
  readonly nodes: string
  /** Whether the number of nodes has to be typed. */
  readonly mustType: boolean
  readonly foretold: () => Foretold | undefined
  /** The protected nodes among them, folded. */
  readonly protects: () => string | undefined
  /** Why it can't be given yet. */
  readonly blocked: () => string | undefined
  /** The same on the command line. */
  readonly line: () => string
  /** Gives it, unless something stands in its way; whether it did. */
  readonly give: () => boolean
}

export function createAct(house: House, { action, names }: Asked): Act {
  const [wish, setWish] = createStore<Draft>({ ...NO_WISH, action, names })
  const [typed, setTyped] = createSignal('')
  const nodes = foldNames(names)
  const mustType = isDisruptive(action) && names.length > house.me.confirm_over
  const planned = createMemo(() => plan(wish))
  const whole = createMemo((): CommandRequest => {
    const right = plan({ ...wish, batch: 0 })
    return right.is === 'right' ? right.requests[0]! : { action, nodes }
  })
  const foretold = createForetelling(house, whole)
  const protects = () => {
    const told = foretold()
    return told?.is === 'told' ? (told.answer.protected ?? undefined) : undefined
  }
  const blocked = createMemo((): string | undefined => {
    const right = planned()
    if (!may(house.me.role, 'operator')) return VIEWER_WORDS
    if (right.is === 'wrong') return right.because
    if (protects() && !wish.forceProtected) return 'Protected nodes are among them: say so, or leave them out.'
    return mustType && typed().trim() !== String(names.length) ? `Type ${names.length} to go on.` : undefined
  })
  const requests = () => {
    const right = planned()
    return right.is === 'wrong' ? [whole()] : right.requests.map((request) => (mustType ? confirmed(request) : request))
  }
  const pause = () => {
    const right = planned()
    return right.is === 'right' ? right.delayMs : 0
  }
  const give = () => {
    if (blocked() !== undefined) return false
    const [first, ...more] = requests()
    if (more.length === 0) void house.presses.give(first!)
    else void giveInBatches(house.presses, [first!, ...more], pause())
    return true
  }
  const line = () => (requests().length === 1 ? commandLine(requests()[0]!) : batchLines(requests(), pause()))
  return { wish, setWish, setTyped, nodes, mustType, foretold, protects, blocked, line, give }
}

/** With its number repeated. */
function confirmed(request: CommandRequest): CommandRequest {
  return { ...request, confirm: expandAll(request.nodes).length }
}

/** What the server says would happen; asked again while nodes change. */
function createForetelling(house: House, request: () => CommandRequest): () => Foretold | undefined {
  const [foretold, setForetold] = createSignal<Foretold | undefined>(undefined)
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0
  const ask = async () => {
    timer = undefined
    const mine = ++asked
    const found = await foretell(house, request())
    if (mine === asked) setForetold(found)
  }
  const soon = (ms: number) => (timer ??= setTimeout(() => void ask(), ms))
  createEffect(on(() => JSON.stringify(request()), () => soon(foretold() ? REST_MS : 0)))
  createEffect(on(() => house.version(), () => soon(AGAIN_MS), { defer: true }))
  onCleanup(() => clearTimeout(timer))
  return foretold
}

async function foretell(house: House, request: CommandRequest): Promise<Foretold> {
  try {
    const answer = await house.client.post<CommandAnswer>('/api/v1/commands', { ...request, dry_run: true })
    return { is: 'told', answer }
  } catch (error) {
    const verdicts = error instanceof Refused ? error.problem.verdicts : undefined
    const more = verdicts && verdicts.length > 0 ? ` ${verdicts.map(verdictPhrase).join(', ')}.` : ''
    return { is: 'refused', because: `${wordsOf(error)}${more}` }
  }
}

