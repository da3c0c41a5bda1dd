import { expect, test } from 'vitest'
import { count, grouped, listed } from './count'
import { readJson } from './plain'
import { age, cliSpan, latency, readSpan } from './span'
import { outcomeWords, stateWords, verdictLine } from './verdict'

test('ages are short', () => {
  expect([0, 999, 12_900, 240_000, 3 * 3_600_000, 50 * 3_600_000].map(age)).toEqual(['now', 'now', '12 s', '4 min', '3 h', '2 d'])
  expect([12.4, 1_400].map(latency)).toEqual(['12 ms', '1.4 s'])
})

test.each([['30s', 30_000], ['5m', 300_000], ['5 min', 300_000], ['2h', 7_200_000], ['1d', 86_400_000]])('%s is a span', (text, ms) => {
  expect(readSpan(text)).toBe(ms)
})

test.each(['', '0s', '-1s', '1', '1w', '999999d'])('%j is no span', (text) => {
  expect(readSpan(text)).toBeUndefined()
})

test('a span is written as the command line reads it', () => {
  expect([90_000, 120_000, 86_400_000, 1_500].map(cliSpan)).toEqual(['90s', '2m', '1d', '1500ms'])
})

test('what turns text around or hides is shown as a sign that it is there', () => {
  const reason = 'disk \u202eswap\u200b\u{e0041}'
  expect(readJson(JSON.stringify({ reason, by: 'änn “x” 漢' }))).toEqual({ reason: 'disk \ufffdswap\ufffd\ufffd', by: 'änn “x” 漢' })
})

test('numbers and nouns', () => {
  expect([count(1, 'node'), count(100_000, 'node'), grouped(1_234), grouped(12)]).toEqual(['1 node', '100,000 nodes', '1,234', '12'])
  expect([listed(['a']), listed(['a', 'b', 'c'])]).toEqual(['a', 'a, b and c'])
})

test('a preview in one line', () => {
  const bob = { seq: 31, by: 'bob', action: 'on' as const }
  expect(verdictLine([{ does: 'supersede', ...bob, reason: 'disk swap', nodes: 'c', count: 1 }])).toBe('1 supersedes bob’s on (#31) “disk swap”')
  expect(
    verdictLine([
      { does: 'fire', nodes: 'a', count: 57 },
      { does: 'already', nodes: 'b', count: 3 },
      { does: 'supersede', ...bob, nodes: 'c', count: 4 },
      { does: 'merge', ...bob, nodes: 'd', count: 1 },
    ]),
  ).toBe('57 fire, 3 already there, 4 supersede bob’s on (#31), 1 joins bob’s on (#31)')
})

test('ends and states in words', () => {
  expect(outcomeWords({ outcome: 'merged', into: 3, result: { outcome: 'superseded', by: { seq: 5, by: 'bob', action: 'off' } } })).toBe(
    'joined #3: superseded by bob: off, #5',
  )
  expect(stateWords({ state: 'running', phase: 'backing-off', attempt: 2, cause: 'no answer' })).toBe('backing off, 2 tries: no answer')
})
