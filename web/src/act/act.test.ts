import { expect, test } from 'vitest'
import type { Command, CommandRequest, StateGroup } from '../api/types'
import { replacedLine, sharesLine } from './became'
import { commandLine, holdLine, quote, releaseLine, withdrawLine } from './cli'
import { NO_WISH, plan, type Wish } from './plan'

const wish = (changes: Partial<Wish>): Wish => ({ ...NO_WISH, action: 'off', names: ['n1', 'n2', 'n3'], ...changes })

test.each([
  ['n7', 'n7'],
  ['n[1-3]', "'n[1-3]'"],
  ["it's", "'it'\\''s'"],
  ['', "''"],
])('%j is one word of a shell as %j', (text, word) => {
  expect(quote(text)).toBe(word)
})

test.each<[CommandRequest, string]>([
  [{ action: 'off', nodes: 'n[1-3]' }, "lastword off 'n[1-3]'"],
  [{ action: 'off', nodes: 'n[1-20]', reason: 'disk swap', confirm: 20 }, "lastword off 'n[1-20]' --reason 'disk swap' --yes"],
  [{ action: 'cycle', nodes: 'n7', boot: { device: 'pxe', persistent: false, uefi: true } }, 'lastword boot n7 pxe --and cycle --uefi'],
  [{ action: 'soft', nodes: 'n7', force_after_ms: 120_000, deadline_ms: 90_000 }, 'lastword soft n7 --force-after 2m --deadline 90s'],
  [{ action: 'off', nodes: 'n7', hold: { reason: 'fenced by ops', for_ms: 1_800_000 }, force_protected: true }, "lastword off n7 --hold 'fenced by ops' --hold-for 30m --force-protected"],
  [{ action: 'off', nodes: '@x', with_children: true, batch: { size: 4, delay_ms: 30_000, stop_after: 2 } }, 'lastword off @x --with-children --batch 4 --delay 30s --stop-after-failures 2'],
  [{ action: 'on', nodes: 'n7', selector: 'rack=r1', if_newest: 12 }, 'lastword on n7 -l rack=r1 --if-newest 12'],
])('%j on the command line', (request, line) => {
  expect(commandLine(request)).toBe(line)
})

test('other lines', () => {
  expect(holdLine('n[1-3]', 'disk', 7_200_000)).toBe("lastword hold 'n[1-3]' --reason disk --for 2h")
  expect(releaseLine('n7', true)).toBe('lastword unhold n7 --break')
  expect(withdrawLine(undefined, 812)).toBe("lastword cancel '#812'")
})

test('a form becomes a request with what its action may carry', () => {
  const right = plan(wish({ action: 'cycle', reason: ' disk ', device: 'pxe', forceAfter: '1m', holdFor: '1h' }))
  expect(right).toMatchObject({ is: 'right' })
  expect(right.is === 'right' && right.request).toEqual({ action: 'cycle', nodes: 'n[1-3]', reason: 'disk', boot: { device: 'pxe', persistent: false, uefi: false }, hold: { reason: 'disk', for_ms: 3_600_000 } })
  const off = plan(wish({ device: 'pxe' }))
  expect(off.is === 'right' && off.request).toEqual({ action: 'off', nodes: 'n[1-3]' })
})

test('batches are the server’s', () => {
  const right = plan(wish({ batch: 2, delay: '5s', stopAfter: 1, withParents: true }))
  expect(right.is === 'right' && right.request).toEqual({ action: 'off', nodes: 'n[1-3]', with_parents: true, batch: { size: 2, delay_ms: 5_000, stop_after: 1 } })
})

test.each([
  [{ deadline: 'soon' }, 'is no span'],
  [{ holdFor: '1h' }, 'needs a reason'],
  [{ batch: 1, delay: 'x' }, 'is no span'],
  [{ batch: -1 }, 'whole number'],
  [{ stopAfter: 0.5 }, 'whole numbers'],
])('a form with %j is wrong', (changes, words) => {
  expect(plan(wish(changes))).toMatchObject({ is: 'wrong', because: expect.stringContaining(words) as string })
})

const command = (states: StateGroup[]): Command => ({
  seq: 9, accepted_at_ms: 0, action: 'off', nodes: 'n[1-9]', count: 9, by: 'ann', door: 'web', deadline_ms: 1, policy: 'supersede', open: 1, verdicts: [], states,
})

test('what became of a press is told by kind, what reads the same together', () => {
  const by = { seq: 12, by: 'bob', action: 'on' as const }
  expect(
    sharesLine(
      command([
        { state: 'running', phase: 'backing-off', attempt: 3, nodes: 'n1', count: 1 },
        { state: 'ended', outcome: 'superseded', by, nodes: 'n2', count: 1 },
        { state: 'ended', outcome: 'confirmed', nodes: 'n[3-5]', count: 3 },
        { state: 'ended', outcome: 'merged', into: 3, result: { outcome: 'confirmed' }, nodes: 'n6', count: 1 },
        { state: 'ended', outcome: 'failed', cause: 'no answer', nodes: 'n7', count: 1 },
      ]),
    ),
  ).toBe('4 confirmed, 1 backing off, try 3, 1 superseded by bob’s on (#12), 1 gave up: no answer')
})

test('whom it replaced', () => {
  expect(replacedLine([{ does: 'fire', nodes: 'a', count: 1 }, { does: 'supersede', seq: 7, by: 'alice', action: 'on', nodes: 'b', count: 4 }])).toBe(
    'replaced alice’s on (#7) on 4',
  )
})
