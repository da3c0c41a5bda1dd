import { expect, test } from 'vitest'
import type { PastIntent } from '../api/types'
import { Scale, story } from './story'

const intent = (seq: number, by: string, at: number, state: PastIntent['state'], ended?: number): PastIntent => ({
  seq, action: 'on', by, door: 'cli', accepted_at_ms: at, state, ...(ended === undefined ? {} : { ended_at_ms: ended }),
})

test('a lane for each who and door, and an arrow to whoever took the place', () => {
  const told = story(
    [
      intent(1, 'ann', 1_000, { state: 'ended', outcome: 'superseded', by: { seq: 2 } }),
      intent(2, 'bob', 3_000, { state: 'ended', outcome: 'confirmed' }, 9_000),
      intent(3, 'ann', 10_000, { state: 'running', phase: 'firing', attempt: 1 }),
    ],
    [{ at_ms: 4_000, driver: 'ipmi', asked: 'read', end: 'ok', power: 'on' }, { at_ms: 4_500, driver: 'ipmi', asked: 'on', end: 'ok' }, { at_ms: 5_000, driver: 'ipmi', asked: 'read', end: 'ok', power: 'on' }, { at_ms: 10, driver: 'ipmi', asked: 'read', end: 'ok', power: 'off' }],
    20_000,
  )
  expect(told.lanes.map(({ by, stretches }) => [by, stretches.map(({ seq }) => seq)])).toEqual([['ann', [1, 3]], ['bob', [2]]])
  expect(told.lanes[0]!.stretches[0]).toMatchObject({ from: 1_000, to: 3_000, supersededBy: 2, kind: 'superseded' })
  expect(told.lanes[1]!.stretches[0]).toMatchObject({ to: 9_000, kind: 'confirmed' })
  expect(told.lanes[0]!.stretches[1]).toMatchObject({ to: 20_000, isEnded: false, kind: 'open' })
  expect(told.readings).toEqual([{ from: 4_000, to: 5_000, power: 'on', times: 2 }])
})

test('a long pause is shorter than what happened, and time still goes one way', () => {
  const scale = new Scale([0, 5_000, 36_000_000, 36_005_000], 8_000)
  const places = [0, 5_000, 18_000_000, 36_000_000, 36_005_000].map((time) => scale.of(time))
  expect(places[0]).toBe(0)
  expect(places.at(-1)).toBe(1)
  expect([...places].sort((left, right) => left - right)).toEqual(places)
  expect(places[3]! - places[1]!).toBeLessThan(0.7)
  expect(scale.marks(4).length).toBeLessThanOrEqual(5)
})

test('one moment alone has a place', () => {
  expect(new Scale([7], 1).of(7)).toBe(0)
})
