import { expect, test } from 'vitest'
import { Selection } from './selection'

function of(size: number): Selection {
  const selection = new Selection()
  selection.resize(size)
  return selection
}

test('a range goes from the last choice, in the order that is seen', () => {
  const selection = of(10)
  const seen = Uint32Array.of(9, 7, 5, 3, 1)
  selection.toggle(7)
  selection.range(1, seen)
  expect([...selection.places()]).toEqual([1, 3, 5, 7])
  expect(selection.count).toBe(4)
})

test('a range without a beginning is one choice', () => {
  const selection = of(4)
  selection.range(2, Uint32Array.of(0, 1, 2, 3))
  expect([...selection.places()]).toEqual([2])
})

test('toggling twice lets go; all replaces; beginning anew keeps what is still there', () => {
  const selection = of(5)
  selection.toggle(1)
  selection.toggle(1)
  expect(selection.count).toBe(0)
  selection.choose([0, 2], false)
  selection.choose([4], true)
  expect([...selection.places()]).toEqual([0, 2, 4])
  selection.resize(3, [2, 7])
  expect([...selection.places()]).toEqual([2])
})

test('whoever listens hears of every change', () => {
  const selection = of(3)
  let told = 0
  const stop = selection.listen(() => told++)
  selection.only(1)
  selection.clear()
  stop()
  selection.only(2)
  expect(told).toBe(2)
})
