import { expect, test } from 'vitest'
import type { Event, Snapshot, Verdict } from '../api/types'
import { FACETS, view } from './facets'
import { filter } from './filter'
import { Fleet } from './fleet'
import { BACKING_OFF, FAILED, OFF, ON, PENDING, PHASES, PHASE_LETTERS, SUPERSEDED, UNKNOWN, readAges } from './words'

const AT = 1_764_160_000_000

function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    at_ms: AT,
    seq: 812,
    cluster: 'default',
    nodes: 'r1n[1-3],r2n[1-3]',
    count: 6,
    power: '110?-1',
    age: '05Az-1',
    phase: '.fe...',
    attempt: '.22...'.replaceAll('.', '0'),
    outcome: 'c.s.f.',
    intents: [{ seq: 811, action: 'off', by: 'ann', door: 'cli', reason: 'maintenance', accepted_at_ms: AT - 10_000, nodes: 'r1n[2-3]', count: 2 }],
    waiting: [],
    unknown_because: [{ because: 'no answer within 5 s', nodes: 'r2n1', count: 1 }],
    holds: [],
    labels: [{ label: 'rack', values: [{ value: 'a', nodes: 'r1n[1-3]', count: 3 }, { value: 'b', nodes: 'r2n[1-3]', count: 3 }] }, { label: 'serial', values: [], left_out: 6 }],
    protected: 'r1n1',
    ...changes,
  }
}

function fleetOf(changes: Partial<Snapshot> = {}): Fleet {
  const fleet = new Fleet()
  fleet.replace(snapshot(changes))
  return fleet
}

const at = (fleet: Fleet, name: string) => fleet.place(name)!
const verdict = (seq: number, nodes: string, verdict: Verdict): Event => ({ kind: 'verdict', at_ms: AT, seq, nodes, count: 1, verdict })
const ended = (seq: number, nodes: string, outcome: object): Event => ({ kind: 'outcome', at_ms: AT + 5, seq, nodes, count: 1, ...outcome }) as Event
const status = (nodes: string, rest: object): Event => ({ kind: 'status', at_ms: AT + 9, nodes, count: 1, power: 'on', phase: 'idle', ...rest }) as Event

test('a snapshot fills the columns in the order of its nodes', () => {
  const fleet = fleetOf()
  expect(fleet.names).toEqual(['r1n1', 'r1n2', 'r1n3', 'r2n1', 'r2n2', 'r2n3'])
  expect([...fleet.power]).toEqual([ON, ON, OFF, UNKNOWN, 0, ON])
  expect(fleet.running[1]).toBe(811)
  expect(fleet.phase[2]).toBe(BACKING_OFF)
  expect(fleet.outcome[4]).toBe(FAILED)
  expect(fleet.given.get(811)).toMatchObject({ by: 'ann', action: 'off' })
  expect(fleet.causes.get(3)).toBe('no answer within 5 s')
  expect(AT - fleet.seenAt[1]!).toBe(5_000)
  expect(fleet.seenAt[4]).toBe(0)
})

test('an age letter is the least age that it stands for', () => {
  const seen = new Float64Array(5)
  readAges('09ABz', AT, seen)
  expect([...seen].map((time) => Math.round((AT - time) / 1000))).toEqual([0, 9, 10, 13, 875_812])
})

test('every phase has its letter', () => {
  expect(PHASE_LETTERS).toHaveLength(PHASES.length)
})

test('a newer intent takes the place of an older one, whichever is told first', () => {
  const by = { seq: 813, by: 'bob', action: 'on' as const, door: 'cli' as const }
  const lost = ended(811, 'r1n2', { outcome: 'superseded', by })
  const won = verdict(813, 'r1n2', { does: 'supersede', seq: 811 })
  for (const events of [[lost, won], [won, lost]]) {
    const fleet = fleetOf()
    for (const event of events) fleet.apply(event)
    expect(fleet.running[1]).toBe(813)
    expect(fleet.phase[1]).toBe(PENDING)
    expect(fleet.outcome[1]).toBe(SUPERSEDED)
    expect(fleet.running[2]).toBe(811)
  }
})

test('to hear an event twice is to hear it once', () => {
  const fleet = fleetOf()
  const events = [verdict(813, 'r1n1', { does: 'fire' }), status('r1n1', { seq: 813, phase: 'firing', attempt: 2 }), ended(813, 'r1n1', { outcome: 'confirmed' })]
  for (const event of [...events, ...events]) fleet.apply(event)
  expect(fleet.running[0]).toBe(0)
  expect(PHASES[fleet.phase[0]!]).toBe('idle')
})

test('a late status of an intent that ended opens nothing again', () => {
  const fleet = fleetOf()
  fleet.apply(ended(811, 'r1n2', { outcome: 'confirmed' }))
  fleet.apply(status('r1n2', { seq: 811, phase: 'confirming' }))
  expect(fleet.running[1]).toBe(0)
})

test('a status without an intent says nothing of one that was given since', () => {
  const fleet = fleetOf()
  fleet.apply(verdict(813, 'r1n1', { does: 'fire' }))
  fleet.apply(status('r1n1', { power: 'off' }))
  expect(fleet.running[0]).toBe(813)
  expect(fleet.power[0]).toBe(OFF)
})

test('what waits begins when its status says so', () => {
  const fleet = fleetOf()
  fleet.apply(verdict(814, 'r1n2', { does: 'wait', seq: 811 }))
  expect([fleet.waiting[1], fleet.running[1]]).toEqual([1, 811])
  fleet.apply(ended(811, 'r1n2', { outcome: 'confirmed' }))
  fleet.apply(status('r1n2', { seq: 814, phase: 'reading' }))
  expect([fleet.waiting[1], fleet.running[1]]).toEqual([0, 814])
})

test('merges, refusals and strangers change nothing', () => {
  const fleet = fleetOf()
  fleet.apply(verdict(815, 'r1n2', { does: 'merge', seq: 811 }))
  fleet.apply(verdict(816, 'r1n2', { does: 'held', holder: 'x', reason: 'y', until_at_ms: 1 }))
  fleet.apply(verdict(817, 'gone[1-4]', { does: 'fire' }))
  expect(fleet.running[1]).toBe(811)
})

test('a hold is placed and ended', () => {
  const fleet = fleetOf()
  const hold = { kind: 'hold', at_ms: AT, nodes: 'r2n[1-2]', count: 2 } as const
  fleet.apply({ ...hold, holder: 'ann', reason: 'disk', until_at_ms: AT + 1 })
  expect(fleet.held.get(at(fleet, 'r2n2'))?.holder).toBe('ann')
  fleet.apply(hold)
  expect(fleet.held.size).toBe(0)
})

test('changes are told once, and all of them after a snapshot', () => {
  const fleet = fleetOf()
  let told = 0
  fleet.changes.listen(() => told++)
  expect(fleet.changes.take()).toBe('all')
  fleet.apply(status('r1n[1-2]', {}))
  fleet.apply(status('r1n2', {}))
  expect(fleet.changes.take()).toEqual([0, 1])
  expect(told).toBe(1)
  fleet.replace(snapshot({ nodes: 'r1n1', count: 1, power: '0', age: '0', phase: '.', attempt: '', outcome: '' }))
  expect(fleet.changes.take()).toBe('all')
  expect(fleet.power).toHaveLength(1)
})

const groups = new Map([['left', 'r1n[1-3]']])
const counted = (text: string) => {
  const fleet = fleetOf()
  const found = filter(text, fleet, fleet.groups(groups))
  return found.is === 'some' ? fleet.namesAt([...found.mask.keys()].filter((at) => found.mask[at] === 1)).join(' ') : found
}

test.each([
  ['r1n[1-2]', 'r1n1 r1n2'],
  ['@left!r1n2', 'r1n1 r1n3'],
  ['r*n1', 'r1n1 r2n1'],
  ['rack=b', 'r2n1 r2n2 r2n3'],
  ['r*n[1-2] rack=b', 'r2n1 r2n2'],
  ['rack=b r*n1', 'r2n1'],
  ['r1n1,gone', 'r1n1'],
])('the filter %j lets through %j', (text, names) => {
  expect(counted(text)).toBe(names)
})

test('a filter that is wrong says why', () => {
  expect(counted('')).toEqual({ is: 'all' })
  expect(counted('r1n[')).toMatchObject({ is: 'wrong', column: 4 })
  expect(counted('r1')).toMatchObject({ is: 'wrong', because: 'the inventory does not know r1; try r1*' })
  expect(counted('room=1')).toMatchObject({ is: 'wrong', because: 'no node has the label room' })
  expect(counted('serial=7')).toEqual({ is: 'elsewhere', label: 'serial' })
})

test('facets count what the filter lets through and narrow each other by kind', () => {
  const fleet = fleetOf()
  const count = (keys: Parameters<typeof view>[2]) => fleet.namesAt(view(fleet, undefined, keys, AT).places).join(' ')
  expect(count(['on', 'off'])).toBe('r1n1 r1n2 r1n3 r2n3')
  expect(count(['on', 'open'])).toBe('r1n2')
  expect(count(['unknown'])).toBe('r2n1 r2n2')
  const counts = view(fleet, Uint8Array.of(1, 1, 1, 0, 0, 0), [], AT).counts
  expect(Object.fromEntries(FACETS.map(({ key }, bit) => [key, counts[bit]]))).toEqual({
    on: 2, off: 1, unknown: 0, open: 2, trouble: 1, failed: 0, superseded: 1, held: 0, stale: 0, protected: 1,
  })
})
