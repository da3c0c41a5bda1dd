import { expect, test } from 'vitest'
import type { Snapshot } from '../api/types'
import { Fleet } from '../fleet/fleet'
import { LOOKS, lookOf, pixelOf } from './cell'
import { STEPS, cellOf, fittingScale, hit, lay, rackOfName, racksOf, within } from './layout'
import { parseColour, pixel, type Palette } from './palette'

function fleetOf(nodes: string, count: number, rest: Partial<Snapshot> = {}): Fleet {
  const fleet = new Fleet()
  const column = (letter: string) => letter.repeat(count)
  fleet.replace({
    at_ms: 1, seq: 1, cluster: 'c', nodes, count, power: column('1'), age: column('0'), phase: column('.'), attempt: '', outcome: '',
    intents: [], waiting: [], unknown_because: [], holds: [], labels: [], protected: '', ...rest,
  })
  return fleet
}

test.each([['r12n03', 'r12'], ['node17', 'node'], ['login', 'login'], ['r1n2-ib', 'r1'], ['c1-0c0s1n2', 'c1-0c0s1']])('%s stands in %s', (name, rack) => {
  expect(rackOfName(name)).toBe(rack)
})

test('racks are by label where there is one, and only of what the filter lets through', () => {
  const labels = [{ label: 'rack', values: [{ value: 'left', nodes: 'n[1,3]', count: 2 }] }]
  const fleet = fleetOf('n[1-4]', 4, { labels })
  expect(racksOf(fleet, undefined)).toEqual([{ name: 'left', places: [0, 2] }, { name: 'n', places: [1, 3] }])
  expect(racksOf(fleet, Uint8Array.of(1, 0, 0, 1))).toEqual([{ name: 'left', places: [0] }, { name: 'n', places: [3] }])
})

test('what is drawn at a place is found there again, at every step of the zoom', () => {
  const racks = racksOf(fleetOf('r[1-9]n[01-40]', 360), undefined)
  for (const scale of STEPS) {
    const layout = lay(racks, scale, 700)
    const seen = new Set<number>()
    for (const rack of layout.shelves.flatMap(({ racks }) => racks)) {
      rack.places.forEach((at, index) => {
        const { x, y } = cellOf(layout, rack, index)
        expect(hit(layout, x + scale.cellWidth / 2, y + scale.cellHeight / 2)).toMatchObject({ is: 'node', at })
        seen.add(at)
      })
    }
    expect(seen.size).toBe(360)
    expect(within(layout, 0, 0, layout.width, layout.height)).toHaveLength(360)
  }
})

test('the largest scale that fits is taken, and a hundred thousand nodes fit a screen', () => {
  const few = racksOf(fleetOf('r1n[01-40]', 40), undefined)
  expect(fittingScale(few, 700, 600).cellHeight).toBe(27)
  const many = Array.from({ length: 2_500 }, (_, n) => ({ name: `r${n}`, places: Array.from({ length: 40 }, (_, at) => n * 40 + at) }))
  const scale = fittingScale(many, 900, 700)
  expect(lay(many, scale, 900).height).toBeLessThanOrEqual(700)
})

const palette: Palette = {
  paper: [255, 255, 255], ink: [0, 0, 0], faint: [9, 9, 9], on: [0, 200, 0], off: [100, 100, 100], unknown: [200, 150, 0],
  intent: [0, 0, 255], trouble: [200, 90, 0], failed: [200, 0, 0], font: 'x', mono: 'x',
}

test('states that differ look different, also where cells are too small for shapes', () => {
  const fleet = fleetOf('n[1-4]', 4, { power: '10?-', outcome: '...f', intents: [{ seq: 5, action: 'on', by: 'a', door: 'cli', accepted_at_ms: 0, nodes: 'n2', count: 1 }] })
  const looks = [0, 1, 2, 3].map((at) => lookOf(fleet, at, 1_000, false, true))
  expect(new Set(looks.map((look) => pixelOf(look, palette))).size).toBe(4)
  expect(Math.max(...looks)).toBeLessThan(LOOKS)
  expect(lookOf(fleet, 0, 1_000, true, true)).not.toBe(looks[0])
  expect(lookOf(fleet, 0, 4_000_000, false, true)).not.toBe(looks[0])
})

test('colours are read and written', () => {
  expect(parseColour(' #3f9c77')).toEqual([63, 156, 119])
  expect(pixel([1, 2, 3])).toBe(0xff030201)
})
