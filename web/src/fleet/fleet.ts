// The whole fleet in typed columns, a place for each node in the server's order. Snapshots replace it and events
// change it. It does not draw, and it knows no framework.

import type { Action, Ages, Door, Event, Hold, IntentGroup, Outcome, Snapshot, Verdict } from '../api/types'
import { NodeSet, expand, expandAll, type Groups } from '../nodeset'
import { Changes } from './changes'
import { Labels } from './labels'
import {
  IDLE,
  PENDING,
  UNKNOWN,
  outcomeCode,
  phaseCode,
  powerCode,
  readAges,
  readColumn,
} from './words'

/** Whose a command is. */
export interface Given {
  readonly seq: number
  readonly action: Action
  readonly by: string
  readonly door: Door
  readonly reason: string | undefined
  readonly at: number
}

/** Who holds nodes. */
export interface Held {
  readonly holder: string
  readonly reason: string
  readonly until: number
}

/** How a node's newest intent ended, as far as this page saw it. */
export interface Ended {
  readonly seq: number
  readonly at: number
  readonly outcome: Outcome
}

/** The most commands whose giver is remembered. */
const GIVEN_MAX = 5_000
/** The most endings that are remembered in words. */
const ENDED_MAX = 20_000

export class Fleet {
  names: readonly string[] = []
  power = new Uint8Array(0)
  /** When a node was read, by the server's clock, in ms; 0 for never. */
  seenAt = new Float64Array(0)
  phase = new Uint8Array(0)
  attempt = new Uint8Array(0)
  outcome = new Uint8Array(0)
  /** The seq of the running intent; 0 if there is none. */
  running = new Float64Array(0)
  /** How many commands wait for their turn. */
  waiting = new Uint8Array(0)
  protected = new Uint8Array(0)
  labels = new Labels([], new Map(), 0)
  readonly held = new Map<number, Held>()
  readonly causes = new Map<number, string>()
  readonly ended = new Map<number, Ended>()
  readonly given = new Map<number, Given>()
  readonly changes = new Changes()
  cluster = ''
  /** The newest place of the journal that is known. */
  seq = 0
  /** Whether there was a snapshot. */
  isKnown = false

  private places = new Map<string, number>()
  private folded = ''
  private allNodes: NodeSet | undefined
  /** The seq of the newest ended intent, and of the newest one that ended while it ran. */
  private endedSeq = new Float64Array(0)
  private ranOut = new Float64Array(0)

  get size(): number {
    return this.names.length
  }

  /** The place of a node. */
  place(name: string): number | undefined {
    return this.places.get(name)
  }

  /** What node set expressions ask. */
  groups(groups: ReadonlyMap<string, string>): Groups {
    return {
      all: () => (this.allNodes ??= NodeSet.ofNames(this.names)),
      group: (name) => {
        const nodes = groups.get(name)
        return nodes === undefined ? undefined : NodeSet.ofNames(expandAll(nodes))
      },
    }
  }

  /** Replaces everything. */
  replace(snapshot: Snapshot): void {
    this.rename(snapshot)
    readColumn('power', snapshot.power, this.power)
    readColumn('phase', snapshot.phase, this.phase)
    readColumn('attempt', snapshot.attempt, this.attempt)
    readColumn('outcome', snapshot.outcome, this.outcome)
    readAges(snapshot.age, snapshot.at_ms, this.seenAt)
    this.cluster = snapshot.cluster
    this.seq = snapshot.seq
    this.replaceIntents(snapshot)
    this.replaceWords(snapshot)
    this.labels = new Labels(snapshot.labels, this.places, this.size)
    this.isKnown = true
    this.changes.all()
  }

  /** Replaces the ages, if they are of these nodes. */
  refresh(ages: Ages): void {
    if (ages.count !== this.size) return
    readAges(ages.age, ages.at_ms, this.seenAt)
    this.changes.all()
  }

  /** Applies what happened. To apply it twice is to apply it once. */
  apply(event: Event): void {
    switch (event.kind) {
      case 'command':
        this.remember({ ...event, reason: event.reason ?? undefined, at: event.at_ms })
        return
      case 'verdict':
        this.each(event.nodes, (at) => this.judge(at, event.seq, event.verdict))
        return
      case 'outcome':
        this.each(event.nodes, (at) => this.end(at, { seq: event.seq, at: event.at_ms, outcome: event }))
        return
      case 'status':
        this.each(event.nodes, (at) => this.observe(at, event))
        return
      case 'hold':
        this.each(event.nodes, (at) => this.hold(at, event))
        return
      case 'observed':
      case 'report':
      case 'inventory':
      case 'reset':
        return
    }
  }

  /** Why a node is unknown or in trouble, in words. */
  explain(name: string, cause: string | undefined): void {
    const at = this.places.get(name)
    if (at === undefined || cause === undefined || this.causes.get(at) === cause) return
    this.causes.set(at, cause)
    this.changes.add(at)
  }

  /** The nodes at some places, in order. */
  namesAt(places: Iterable<number>): string[] {
    return Array.from(places, (at) => this.names[at]!)
  }

  /** Names and places anew, unless they are the same. */
  private rename(snapshot: Snapshot): void {
    if (this.folded !== snapshot.nodes || this.size !== snapshot.count) {
      this.names = expandAll(snapshot.nodes)
      this.places = new Map(this.names.map((name, at) => [name, at]))
      this.folded = snapshot.nodes
      this.allNodes = undefined
    }
    const size = this.size
    this.power = new Uint8Array(size)
    this.phase = new Uint8Array(size)
    this.attempt = new Uint8Array(size)
    this.outcome = new Uint8Array(size)
    this.waiting = new Uint8Array(size)
    this.protected = new Uint8Array(size)
    this.seenAt = new Float64Array(size)
    this.running = new Float64Array(size)
    this.endedSeq = new Float64Array(size)
    this.ranOut = new Float64Array(size)
    this.changes.resize(size)
  }

  private replaceIntents(snapshot: Snapshot): void {
    for (const intent of snapshot.intents) {
      this.rememberOpen(intent)
      this.each(intent.nodes, (at) => (this.running[at] = intent.seq))
    }
    for (const intent of snapshot.waiting) {
      this.rememberOpen(intent)
      this.each(intent.nodes, (at) => this.waiting[at]!++)
    }
  }

  private replaceWords(snapshot: Snapshot): void {
    this.held.clear()
    this.causes.clear()
    this.ended.clear()
    for (const hold of snapshot.holds) this.placeHold(hold)
    for (const { because, nodes } of snapshot.unknown_because) {
      this.each(nodes, (at) => this.causes.set(at, because))
    }
    this.each(snapshot.protected, (at) => (this.protected[at] = 1))
  }

  private placeHold(hold: Hold): void {
    const held = { holder: hold.by, reason: hold.reason, until: hold.until_at_ms }
    this.each(hold.nodes, (at) => this.held.set(at, held))
  }

  private rememberOpen(intent: IntentGroup): void {
    const { seq, action, by, door, reason, accepted_at_ms } = intent
    this.remember({ seq, action, by, door, reason: reason ?? undefined, at: accepted_at_ms })
  }

  private remember({ seq, action, by, door, reason, at }: Given): void {
    this.seq = Math.max(this.seq, seq)
    this.given.set(seq, { seq, action, by, door, reason, at })
    if (this.given.size > GIVEN_MAX) this.forget()
  }

  /** Forgets the oldest half of those that run nowhere. */
  private forget(): void {
    const open = new Set(this.running)
    const rest = [...this.given.keys()].sort((left, right) => left - right).slice(0, GIVEN_MAX / 2)
    for (const seq of rest) if (!open.has(seq)) this.given.delete(seq)
  }

  private each(nodes: string, visit: (at: number) => void): void {
    expand(nodes, (name) => {
      const at = this.places.get(name)
      if (at === undefined) return
      visit(at)
      this.changes.add(at)
    })
  }

  private judge(at: number, seq: number, verdict: Verdict): void {
    const runs = verdict.does === 'fire' || verdict.does === 'already' || verdict.does === 'supersede'
    if (verdict.does === 'wait') this.waiting[at]!++
    if (!runs || seq < this.running[at]! || seq <= this.endedSeq[at]!) return
    if (this.running[at] !== seq) {
      this.running[at] = seq
      this.phase[at] = PENDING
      this.attempt[at] = 0
    }
  }

  private end(at: number, ended: Ended): void {
    const { seq } = ended
    if (this.running[at] === seq) {
      this.running[at] = 0
      this.ranOut[at] = seq
      this.phase[at] = IDLE
      this.attempt[at] = 0
      if (this.power[at] !== UNKNOWN) this.causes.delete(at)
    } else if (this.waiting[at]! > 0) {
      this.waiting[at]!--
    }
    if (seq < this.endedSeq[at]!) return
    this.endedSeq[at] = seq
    this.outcome[at] = outcomeCode(ended.outcome)
    if (this.ended.size > ENDED_MAX) this.ended.clear()
    this.ended.set(at, ended)
  }

  private observe(at: number, status: Extract<Event, { kind: 'status' }>): void {
    const power = powerCode(status.power)
    if (power !== this.power[at] || power !== UNKNOWN) this.seenAt[at] = status.at_ms
    if (power !== this.power[at]) this.causes.delete(at)
    this.power[at] = power
    const seq = status.seq ?? 0
    // what is told late of an intent that ended is no news, and says nothing of one that was given since
    if (seq !== 0 && (seq === this.ranOut[at] || seq < this.running[at]!)) return
    if (seq === 0 && this.running[at] !== 0) return
    if (seq !== 0 && seq !== this.running[at]) {
      this.running[at] = seq
      if (this.waiting[at]! > 0) this.waiting[at]!--
    }
    this.phase[at] = phaseCode(status.phase)
    this.attempt[at] = status.attempt ?? 0
  }

  private hold(at: number, event: Extract<Event, { kind: 'hold' }>): void {
    if (event.holder == null) {
      this.held.delete(at)
      return
    }
    this.held.set(at, { holder: event.holder, reason: event.reason ?? '', until: event.until_at_ms ?? 0 })
  }
}
