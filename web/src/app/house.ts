// Everything that a signed-in page has: the fleet, kept true by the live stream, and what one does with it.

import { createContext, createSignal, useContext } from 'solid-js'
import { Client, Refused } from '../api/client'
import type { Ages, Circuit, CommandAnswer, Event, Snapshot, Version } from '../api/types'
import { Fleet } from '../fleet/fleet'
import { Selection } from '../fleet/selection'
import { Link, type LinkState } from '../live/link'
import type { Frame } from '../live/sse'
import { Log } from './log'
import { Presses } from './presses'
import { signOut } from './session'
import { readJson } from '../words/plain'

/** A page that nobody sees for so long closes its stream: browsers keep few connections to a server. */
const UNSEEN_MS = 60_000

export class House {
  readonly fleet = new Fleet()
  readonly selection = new Selection()
  readonly log = new Log()
  readonly presses: Presses
  readonly client: Client
  /** Called in every frame in which something changed. */
  readonly painters = new Set<(places: readonly number[] | 'all') => void>()

  private readonly link: Link
  private readonly linkState = createSignal<LinkState>({ is: 'opening' })
  private readonly frame = createSignal(0)
  private readonly tick = createSignal(0)
  private readonly named = createSignal(0)
  private readonly groupSets = createSignal<ReadonlyMap<string, string>>(new Map())
  private readonly circuitList = createSignal<readonly Circuit[] | undefined>(undefined)
  private readonly chosen = createSignal(0)
  private clockOffset = 0
  private frameAsked = false
  private readonly ticker: ReturnType<typeof setInterval>
  private resting: ReturnType<typeof setTimeout> | undefined
  private readonly wake = () => {
    clearTimeout(this.resting)
    if (document.visibilityState === 'visible') this.link.wake()
    else this.resting = setTimeout(() => this.link.rest(), UNSEEN_MS)
  }

  constructor(
    token: string,
    readonly me: Version,
  ) {
    this.client = new Client(token, () => signOut('The token is not valid any more.'))
    this.presses = new Presses(this.client, (answer) => this.foresee(answer))
    this.link = new Link({
      url: '/api/v1/events?snapshot=true',
      headers: () => this.client.headers(),
      onFrame: (frame) => this.hear(frame),
      onPiece: () => {},
      onState: (state) => this.linked(state),
    })
    this.fleet.changes.listen(() => this.askFrame())
    this.selection.listen(() => this.chosen[1]((n) => n + 1))
    this.ticker = setInterval(() => this.tick[1]((n) => n + 1), 1_000)
    document.addEventListener('visibilitychange', this.wake)
    addEventListener('online', this.wake)
    this.link.open()
    this.askCircuits()
  }

  close(): void {
    this.link.close()
    clearTimeout(this.resting)
    this.presses.close()
    clearInterval(this.ticker)
    document.removeEventListener('visibilitychange', this.wake)
    removeEventListener('online', this.wake)
  }

  /** Tracked: the state of the live stream. */
  state(): LinkState {
    return this.linkState[0]()
  }

  /** Tracked: how long nothing came, in ms. */
  silence(): number {
    this.tick[0]()
    this.linkState[0]()
    return this.link.silence
  }

  /** Tracked: changes with every frame in which nodes changed. */
  version(): number {
    return this.frame[0]()
  }

  /** Tracked: changes when the nodes themselves, their labels or their groups do. */
  inventory(): number {
    this.groupSets[0]()
    return this.named[0]()
  }

  /** Tracked: changes with the selection. */
  selected(): number {
    return this.chosen[0]()
  }

  /** Tracked, once a second: the server's clock, in ms. */
  now(): number {
    this.tick[0]()
    return this.clock()
  }

  /** The server's clock, untracked. */
  clock(): number {
    return Date.now() + this.clockOffset
  }

  /** Tracked: the groups of the inventory. */
  groups(): ReadonlyMap<string, string> {
    return this.groupSets[0]()
  }

  /** Tracked: the circuits; none if the server does not tell of any. */
  circuits(): readonly Circuit[] | undefined {
    return this.circuitList[0]()
  }

  private linked(state: LinkState): void {
    this.linkState[1](state)
    if (state.is === 'refused') signOut('The token is not valid any more.')
  }

  private hear(frame: Frame): void {
    if (frame.event === 'snapshot') this.replace(readJson<Snapshot>(frame.data))
    else if (frame.event === 'ages') this.refresh(readJson<Ages>(frame.data))
    else this.happen(readJson<Event>(frame.data))
  }

  private replace(snapshot: Snapshot): void {
    const kept = this.fleet.namesAt(this.selection.places())
    const before = this.fleet.names
    this.clockOffset = snapshot.at_ms - Date.now()
    this.fleet.replace(snapshot)
    if (before !== this.fleet.names) {
      this.selection.resize(this.fleet.size, kept.flatMap((name) => this.fleet.place(name) ?? []))
      this.askGroups()
    }
    this.named[1]((n) => n + 1)
    this.presses.recheck()
  }

  private refresh(ages: Ages): void {
    this.clockOffset = ages.at_ms - Date.now()
    this.fleet.refresh(ages)
  }

  private happen(event: Event): void {
    this.fleet.apply(event)
    this.log.add(event)
    this.presses.notice(event)
  }

  /** The answer to a press shows at once; if the stream was quicker it is known already. */
  private foresee(answer: CommandAnswer): void {
    const { seq } = answer
    if (seq == null || seq <= this.fleet.seq) return
    const at_ms = this.clock()
    const { action, nodes, count } = answer
    this.fleet.apply({ kind: 'command', at_ms, seq, action, by: this.me.you, door: 'web', nodes, count })
    for (const { nodes, count, ...verdict } of answer.verdicts) {
      this.fleet.apply({ kind: 'verdict', at_ms, seq, nodes, count, verdict } as Event)
    }
  }

  private askFrame(): void {
    if (this.frameAsked) return
    this.frameAsked = true
    requestAnimationFrame(() => {
      this.frameAsked = false
      const places = this.fleet.changes.take()
      for (const paint of this.painters) paint(places)
      this.frame[1]((n) => n + 1)
    })
  }

  private askGroups(): void {
    type Groups = { groups: { group: string; nodes: string }[] }
    const keep = ({ groups }: Groups) =>
      this.groupSets[1](new Map(groups.map(({ group, nodes }) => [group, nodes])))
    this.client.get<Groups>('/api/v1/groups').then(keep, () => {})
  }

  /** Not every server knows circuits. */
  askCircuits(): void {
    const keep = ({ circuits }: { circuits: Circuit[] }) => this.circuitList[1](circuits)
    this.client.get<{ circuits: Circuit[] }>('/api/v1/circuits').then(keep, (error: unknown) => {
      if (!(error instanceof Refused)) setTimeout(() => this.askCircuits(), 10_000)
    })
  }
}

export const HouseContext = createContext<House>()

export function useHouse(): House {
  const house = useContext(HouseContext)
  if (!house) throw new Error('nobody is signed in')
  return house
}
