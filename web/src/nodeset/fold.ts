// Writes a node set folded, in the pieces and the order that ClusterShell and the server make of it.
// It does not look for the fewest pieces: nobody's reader expects those.

import { compareNumbers, isNext, isPadded } from './number'
import { Axes, Followers, Growing, type Piece } from './pieces'
import { HOLE, NodeSet, fill, type Family, type Row } from './set'

/** The most passes of each kind. Real fleets take a few. */
const PASSES_MAX = 64

/** The folded form: `r[1-2]n[01-40],login`. */
export function fold(set: NodeSet): string {
  return set.families.flatMap(foldFamily).join(',')
}

/** The folded form of plain names. */
export function foldNames(names: Iterable<string>): string {
  return fold(NodeSet.ofNames(names))
}

function foldFamily({ template, rows }: Family): string[] {
  const words = template.split(HOLE)
  if (rows.length === 1) return [fill(words, rows[0]!)]
  if (words.length === 2) return [fill(words, [writeAxis(rows.map((row) => row[0]!))])]
  return foldRows(rows).map((axes) => fill(words, axes.map(writeAxis)))
}

/** Sorted numbers as ranges: one number bare, several in brackets. */
export function writeAxis(numbers: readonly string[]): string {
  if (numbers.length === 1) return numbers[0]!
  const runs: string[] = []
  let first = numbers[0]!
  let last = first
  let length = fixedLength(first)
  const emit = () => runs.push(first === last ? first : `${first}-${last}`)
  for (const next of numbers.slice(1)) {
    // after a number with leading zeros only equally long numbers continue
    const fits = length === undefined ? !isPadded(next) : next.length === length
    if (!(fits && isNext(last, next))) {
      emit()
      if (!fits || first !== last) length = fixedLength(next)
      first = next
    }
    last = next
  }
  emit()
  return `[${runs.join(',')}]`
}

function fixedLength(number: string): number | undefined {
  return isPadded(number) ? number.length : undefined
}

/** The rows as products of axes: for each column its sorted numbers. */
function foldRows(rows: readonly Row[]): string[][][] {
  const product = wholeProduct(rows)
  if (product) return [product]
  const axes = new Axes()
  let pieces: Piece[] = rows.map((row) => ({ axes: row.map((number) => axes.internOne(number)), size: 1 }))
  pieces = repeat(pieces, axes, mergeNeighbours)
  pieces = repeat(pieces, axes, mergeFollowers)
  return pieces.map((piece) => piece.axes.map((id) => axes.numbers(id)))
}

function wholeProduct(rows: readonly Row[]): string[][] | undefined {
  let size = 1
  const product: string[][] = []
  for (let column = 0; column < rows[0]!.length; column++) {
    const numbers = new Set<string>()
    for (const row of rows) numbers.add(row[column]!)
    size *= numbers.size
    if (size > rows.length) return undefined
    product.push([...numbers].sort(compareNumbers))
  }
  return size === rows.length ? product : undefined
}

type Pass = (pieces: Piece[], axes: Axes) => Piece[]

/** Sorts and passes until a pass changes nothing. */
function repeat(pieces: Piece[], axes: Axes, pass: Pass): Piece[] {
  for (let turn = 0; turn < PASSES_MAX; turn++) {
    const before = pieces.length
    pieces = pass(sorted(pieces, axes), axes)
    if (pieces.length === before) break
  }
  return pieces
}

/** Largest first, then axis by axis. */
function sorted(pieces: Piece[], axes: Axes): Piece[] {
  return pieces.sort((left, right) => {
    if (left.size !== right.size) return right.size - left.size
    for (let place = 0; place < left.axes.length; place++) {
      const found = axes.compare(left.axes[place]!, right.axes[place]!)
      if (found !== 0) return found
    }
    return 0
  })
}

/** One pass in which each piece takes in the pieces that directly follow it. */
function mergeNeighbours(pieces: Piece[], axes: Axes): Piece[] {
  const merged: Piece[] = []
  let growing: Growing | undefined
  for (const piece of pieces) {
    const place = growing?.placeOfMerge(piece, axes)
    if (growing && place !== undefined) {
      growing.merge(place, piece, axes)
      continue
    }
    if (growing) merged.push(growing.close(axes))
    growing = new Growing(piece)
  }
  if (growing) merged.push(growing.close(axes))
  return merged
}

/** One pass in which each piece takes in every later piece it can, in order. */
function mergeFollowers(pieces: Piece[], axes: Axes): Piece[] {
  const followers = new Followers(pieces)
  const merged: Piece[] = []
  pieces.forEach((piece, start) => {
    if (followers.isTaken(start)) return
    const current = new Growing(piece)
    let at = start
    for (;;) {
      const found = followers.next(current, at, axes)
      if (!found) break
      current.merge(found.place, pieces[found.index]!, axes)
      followers.take(found.index)
      at = found.index
    }
    merged.push(current.close(axes))
  })
  return merged
}
