// Products of axes that grow by taking in others. It does not decide how often to pass over them.

import { compareNumbers, textOrder } from './number'

/** A product of axes, told by their ids, with how many rows it stands for. */
export interface Piece {
  readonly axes: readonly number[]
  readonly size: number
}

interface Axis {
  readonly numbers: string[]
  readonly first: string
  readonly last: string
}

/** Every axis met so far; equality of axes is equality of ids. */
export class Axes {
  private readonly known: Axis[] = []
  private readonly bySum = new Map<string, number[]>()
  private readonly ones = new Map<string, number>()

  numbers(id: number): string[] {
    return this.known[id]!.numbers
  }

  /** Larger first, then by the texts of the first and the last number. */
  compare(left: number, right: number): number {
    if (left === right) return 0
    const [l, r] = [this.known[left]!, this.known[right]!]
    if (l.numbers.length !== r.numbers.length) return r.numbers.length - l.numbers.length
    if (l.first !== r.first) return l.first < r.first ? -1 : 1
    return l.last < r.last ? -1 : l.last > r.last ? 1 : 0
  }

  internOne(number: string): number {
    const known = this.ones.get(number)
    if (known !== undefined) return known
    const bag = new Bag()
    bag.add([number])
    const id = this.intern(bag)
    this.ones.set(number, id)
    return id
  }

  intern(bag: Bag): number {
    const found = this.find(bag)
    if (found !== undefined) return found
    const numbers = bag.sorted()
    const id = this.known.length
    this.known.push({ numbers, first: textOrder(numbers[0]!), last: textOrder(numbers.at(-1)!) })
    const key = bag.key()
    const alike = this.bySum.get(key)
    if (alike) alike.push(id)
    else this.bySum.set(key, [id])
    return id
  }

  /** The id of the set in the bag, if it was met before. */
  find(bag: Bag): number | undefined {
    const alike = this.bySum.get(bag.key())
    if (!alike) return undefined
    const numbers = bag.sorted()
    return alike.find((id) => this.known[id]!.numbers.every((number, index) => number === numbers[index]))
  }
}

/** A set of numbers that grows. Its sum lets unequal sets be told apart without sorting them. */
class Bag {
  private numbers: string[] = []
  private sum = 0
  private isSorted = true

  add(numbers: readonly string[]): void {
    for (const number of numbers) {
      this.numbers.push(number)
      this.sum = (this.sum + scatter(number)) | 0
    }
    this.isSorted = this.numbers.length < 2
  }

  key(): string {
    return `${this.numbers.length}:${this.sum}`
  }

  sorted(): string[] {
    if (!this.isSorted) this.numbers.sort(compareNumbers)
    this.isSorted = true
    return this.numbers.slice()
  }
}

interface Open {
  readonly place: number
  readonly bag: Bag
  /** The id of what is in the bag now, if there is one. */
  id: number | undefined
  looked: boolean
}

/** A piece that takes in others. The axis that grows is kept open: to intern each step would copy it each time. */
export class Growing {
  readonly axes: number[]
  private size: number
  private open: Open | undefined

  constructor(piece: Piece) {
    this.axes = [...piece.axes]
    this.size = piece.size
  }

  /** The place that is open, if its numbers have no id yet. */
  unsettledPlace(axes: Axes): number | undefined {
    const { open } = this
    if (!open) return undefined
    if (!open.looked) {
      open.id = axes.find(open.bag)
      open.looked = true
      if (open.id !== undefined) this.axes[open.place] = open.id
    }
    return open.id === undefined ? open.place : undefined
  }

  /** The one place where `other` differs; none when there are several. */
  placeOfMerge(other: Piece, axes: Axes): number | undefined {
    const open = this.open?.place
    const differing = this.axes.flatMap((id, place) => (place !== open && id !== other.axes[place] ? [place] : []))
    if (differing.length === 0) return open
    if (differing.length > 1) return undefined
    if (open === undefined) return differing[0]
    const same = this.unsettledPlace(axes) === undefined && this.axes[open] === other.axes[open]
    return same ? differing[0] : undefined
  }

  /** Takes in `other`, which differs at `place` only. */
  merge(place: number, other: Piece, axes: Axes): void {
    if (this.open?.place !== place) {
      this.settle(axes)
      const bag = new Bag()
      bag.add(axes.numbers(this.axes[place]!))
      this.open = { place, bag, id: undefined, looked: false }
    }
    const open = this.open!
    open.bag.add(axes.numbers(other.axes[place]!))
    open.looked = false
    this.size += other.size
  }

  close(axes: Axes): Piece {
    this.settle(axes)
    return { axes: this.axes, size: this.size }
  }

  private settle(axes: Axes): void {
    if (this.open) this.axes[this.open.place] = axes.intern(this.open.bag)
    this.open = undefined
  }
}

/** Finds, for a growing piece, the next piece in order that it can take in. */
export class Followers {
  private readonly taken: Uint8Array
  /** For each place, the indices of the pieces that agree everywhere else, in order. */
  private readonly alike: Map<string, number[]>[] = []

  constructor(pieces: readonly Piece[]) {
    this.taken = new Uint8Array(pieces.length)
    const places = pieces[0]?.axes.length ?? 0
    for (let place = 0; place < places; place++) {
      const groups = new Map<string, number[]>()
      pieces.forEach((piece, index) => {
        const key = except(piece.axes, place)
        const group = groups.get(key)
        if (group) group.push(index)
        else groups.set(key, [index])
      })
      this.alike.push(groups)
    }
  }

  isTaken(index: number): boolean {
    return this.taken[index] === 1
  }

  take(index: number): void {
    this.taken[index] = 1
  }

  /** The first piece after `at` that `current` can take in, and the place they differ at. */
  next(current: Growing, at: number, axes: Axes): { index: number; place: number } | undefined {
    const unsettled = current.unsettledPlace(axes)
    let best: { index: number; place: number } | undefined
    for (let place = 0; place < this.alike.length; place++) {
      if (unsettled !== undefined && unsettled !== place) continue
      const group = this.alike[place]!.get(except(current.axes, place)) ?? []
      const index = this.after(group, at)
      if (index !== undefined && (!best || index < best.index)) best = { index, place }
    }
    return best
  }

  private after(group: readonly number[], at: number): number | undefined {
    let low = 0
    let high = group.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (group[middle]! <= at) low = middle + 1
      else high = middle
    }
    while (low < group.length && this.taken[group[low]!]) low++
    return group[low]
  }
}

function except(axes: readonly number[], place: number): string {
  let key = ''
  for (let other = 0; other < axes.length; other++) if (other !== place) key += `${axes[other]},`
  return key
}

/** A hash of a number's digits. */
function scatter(number: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < number.length; at++) hash = Math.imul(hash ^ number.charCodeAt(at), 0x01000193)
  hash ^= hash >>> 15
  return Math.imul(hash, 0x2c1b3c6d)
}
