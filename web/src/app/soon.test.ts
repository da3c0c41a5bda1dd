import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Soon } from './soon'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('steady news do not put it off, and it is done once for many', async () => {
  let done = 0
  const soon = new Soon(() => done++)
  for (let n = 0; n < 10; n++) {
    soon.in(300)
    await vi.advanceTimersByTimeAsync(100)
  }
  expect(done).toBe(3)
})

test('an earlier wish counts, a later one does not, and stopping ends it', async () => {
  let done = 0
  const soon = new Soon(() => done++)
  soon.in(10_000)
  soon.in(100)
  soon.in(5_000)
  await vi.advanceTimersByTimeAsync(150)
  expect(done).toBe(1)
  soon.in(100)
  soon.stop()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(done).toBe(1)
})
