// What was pressed on this page, and what became of it: each press from the moment it is sent to its last outcome.
// It does not draw.

import { createSignal } from 'solid-js'
import { createStore } from 'solid-js/store'
import { NoAnswer, Refused, freshKey, wordsOf, type Client } from '../api/client'
import type { Command, CommandAnswer, CommandRequest, Event, Problem } from '../api/types'
import { commandLine } from '../act/cli'
import { Soon } from './soon'

/** The most presses that are shown. */
const PRESSES_MAX = 20
/** How soon after news of a command it is read again, and how often an open one is read without news. */
const NEWS_MS = 300
const LOOK_MS = 5_000
const PLACE = 'lastword.presses'

export interface Press {
  readonly id: number
  readonly request: CommandRequest
  readonly line: string
  readonly at: number
  stage: 'sending' | 'unanswered' | 'accepted' | 'refused'
  seq: number | undefined
  answer: CommandAnswer | undefined
  command: Command | undefined
  /** Why it was refused, or why its state can't be read. */
  because: string | undefined
}

export class Presses {
  private readonly store = createStore<{ list: Press[] }>({ list: [] })
  private readonly timers = new Map<number, Soon>()
  private nextId = 1
  private readonly said = createSignal('')

  constructor(
    private readonly client: Client,
    private readonly onAnswer: (answer: CommandAnswer) => void,
  ) {
    this.restore()
  }

  /** Newest first. */
  list(): readonly Press[] {
    return this.store[0].list
  }

  /** The newest news in a sentence, for those who listen. */
  news(): string {
    return this.said[0]()
  }

  /** Gives a command. The promise ends when the server answered; the press is listed before that. */
  async give(request: CommandRequest): Promise<CommandAnswer | Problem | undefined> {
    const id = this.add(request)
    const unknown = () => this.change(id, { stage: 'unanswered' })
    try {
      const answer = await this.client.change<CommandAnswer>('/api/v1/commands', request, freshKey(), unknown)
      this.change(id, { stage: 'accepted', seq: answer.seq ?? undefined, answer })
      this.onAnswer(answer)
      this.keep()
      this.look(id)
      return answer
    } catch (error) {
      return this.refuse(id, error)
    }
  }

  /** Something happened to a command. */
  notice(event: Event): void {
    if (event.kind !== 'outcome' && event.kind !== 'verdict') return
    const press = this.list().find(({ seq }) => seq === event.seq)
    if (press) this.soon(press.id, NEWS_MS)
  }

  /** Reads all open ones again: after a snapshot nobody knows what was missed. */
  recheck(): void {
    for (const press of this.list()) if (isOpen(press)) this.soon(press.id, NEWS_MS)
  }

  dismiss(id: number): void {
    this.timers.get(id)?.stop()
    this.timers.delete(id)
    this.store[1]('list', (list) => list.filter((press) => press.id !== id))
    this.keep()
  }

  dismissEnded(): void {
    for (const press of [...this.list()]) if (!isOpen(press)) this.dismiss(press.id)
  }

  close(): void {
    for (const timer of this.timers.values()) timer.stop()
  }

  private add(request: CommandRequest, seq?: number): number {
    const id = this.nextId++
    const press: Press = {
      id,
      request,
      line: commandLine(request),
      at: Date.now(),
      stage: seq === undefined ? 'sending' : 'accepted',
      seq,
      answer: undefined,
      command: undefined,
      because: undefined,
    }
    this.store[1]('list', (list) => [press, ...list].slice(0, PRESSES_MAX))
    return id
  }

  private change(id: number, changes: Partial<Press>): void {
    this.store[1]('list', (press) => press.id === id, changes)
  }

  private refuse(id: number, error: unknown): Problem | undefined {
    const lost = error instanceof NoAnswer
    const because = lost ? 'No answer came: it is not known whether the server took it.' : wordsOf(error)
    this.change(id, { stage: lost ? 'unanswered' : 'refused', because })
    this.said[1](because)
    return error instanceof Refused ? error.problem : undefined
  }

  private soon(id: number, ms: number): void {
    const timer = this.timers.get(id) ?? new Soon(() => this.look(id))
    this.timers.set(id, timer)
    timer.in(ms)
  }

  private look(id: number): void {
    const press = this.list().find((press) => press.id === id)
    if (press?.seq === undefined) return
    const path = `/api/v1/commands/${press.seq}`
    this.client.get<Command>(path).then(
      (command) => this.saw(id, command),
      (error: unknown) => {
        if (error instanceof Refused && error.status === 404) this.change(id, { because: wordsOf(error) })
        else this.soon(id, LOOK_MS)
      },
    )
  }

  private saw(id: number, command: Command): void {
    this.change(id, { command, because: undefined })
    if (command.open > 0) this.soon(id, LOOK_MS)
    else this.said[1](`${command.action} of ${command.count} ended`)
  }

  /** A page that is loaded again still shows what was pressed on it. */
  private keep(): void {
    const kept = this.list().flatMap(({ seq, request }) => (seq === undefined ? [] : [{ seq, request }]))
    sessionStorage.setItem(PLACE, JSON.stringify(kept))
  }

  private restore(): void {
    const kept = JSON.parse(sessionStorage.getItem(PLACE) ?? '[]') as { seq: number; request: CommandRequest }[]
    for (const { seq, request } of kept.reverse()) this.look(this.add(request, seq))
  }
}

/** Whether something may still become of it. */
export function isOpen(press: Press): boolean {
  if (press.stage === 'sending' || press.stage === 'unanswered') return true
  return press.stage === 'accepted' && press.because === undefined && (press.command?.open ?? 1) > 0
}
