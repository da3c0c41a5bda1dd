// An action that is being asked for: the form, what the server foretells of it, what stands in its way, and giving it.

import { createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js'
import { createStore, type SetStoreFunction } from 'solid-js/store'
import { Refused, wordsOf } from '../api/client'
import type { CommandAnswer, CommandRequest } from '../api/types'
import { commandLine, isDisruptive } from '../act/cli'
import { NO_WISH, plan, type Draft } from '../act/plan'
import { foldNames } from '../nodeset'
import { VIEWER_WORDS } from '../parts/Actions'
import { verdictPhrase } from '../words/verdict'
import type { House } from './house'
import { may } from './session'
import type { Asked } from './ui'

/** So long after a change of the form or of the nodes the server is asked again what would happen. */
const REST_MS = 200
const AGAIN_MS = 1_500

/** What the server said would happen, and of which request it said so. */
export type Told = { readonly is: 'told'; readonly of: string; readonly answer: CommandAnswer }
export type Foretold = Told | { readonly is: 'refused'; readonly of: string; readonly because: string }

export interface Act {
  readonly wish: Draft
  readonly setWish: SetStoreFunction<Draft>
  readonly setTyped: (text: string) => void
  /** The nodes, folded. */
  readonly nodes: string
  /** How many they are, with their kin if it is asked for as well. */
  readonly count: () => number
  /** Whether that number has to be typed. */
  readonly mustType: () => boolean
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
  const planned = createMemo(() => plan(wish))
  const request = createMemo((): CommandRequest => {
    const now = planned()
    return now.is === 'right' ? now.request : { action, nodes }
  })
  const foretold = createForetelling(house, request)
  const answer = () => {
    const told = foretold()
    return told?.is === 'told' && told.of === textOf(request()) ? told.answer : undefined
  }
  const count = () => answer()?.count ?? names.length
  const mustType = () => isDisruptive(action) && count() > house.me.confirm_over
  const protects = () => answer()?.protected ?? undefined
  const blocked = createMemo((): string | undefined => {
    const now = planned()
    if (!may(house.me.role, 'operator')) return VIEWER_WORDS
    if (now.is === 'wrong') return now.because
    if ((wish.withChildren || wish.withParents) && !answer()) return 'Asking which nodes these are with their kin.'
    if (protects() && !wish.forceProtected) return 'Protected nodes are among them: say so, or leave them out.'
    return mustType() && typed().trim() !== String(count()) ? `Type ${count()} to go on.` : undefined
  })
  const whole = () => (mustType() ? { ...request(), confirm: count() } : request())
  const give = () => {
    if (blocked() !== undefined) return false
    void house.presses.give(whole())
    return true
  }
  return { wish, setWish, setTyped, nodes, count, mustType, foretold, protects, blocked, line: () => commandLine(whole()), give }
}

function textOf(request: CommandRequest): string {
  return JSON.stringify(request)
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
  createEffect(on(() => textOf(request()), () => soon(foretold() ? REST_MS : 0)))
  createEffect(on(() => house.version(), () => soon(AGAIN_MS), { defer: true }))
  onCleanup(() => clearTimeout(timer))
  return foretold
}

async function foretell(house: House, request: CommandRequest): Promise<Foretold> {
  const of = textOf(request)
  try {
    const answer = await house.client.post<CommandAnswer>('/api/v1/commands', { ...request, dry_run: true })
    return { is: 'told', of, answer }
  } catch (error) {
    const verdicts = error instanceof Refused ? error.problem.verdicts : undefined
    const more = verdicts && verdicts.length > 0 ? ` ${verdicts.map(verdictPhrase).join(', ')}.` : ''
    return { is: 'refused', of, because: `${wordsOf(error)}${more}` }
  }
}

