// The text of the filter: a node set expression and selectors `label=value`, together. It does not know facets.

import { NodeSet, NodeSetError, parse, type Groups } from '../nodeset'
import type { Fleet } from './fleet'

/** The filter in its two parts. */
export interface FilterText {
  /** A node set expression; empty means every node. */
  readonly nodes: string
  readonly selectors: readonly (readonly [label: string, value: string])[]
}

/** What a filter means now. */
export type Filtered =
  | { readonly is: 'all' }
  | { readonly is: 'some'; readonly mask: Uint8Array; readonly count: number }
  /** It is no filter: why, and at which character of the text, from 1. */
  | { readonly is: 'wrong'; readonly because: string; readonly column: number | undefined }
  /** Only the server can tell: a label with too many values. */
  | { readonly is: 'elsewhere'; readonly label: string }

const SELECTOR = /^[A-Za-z0-9_.\-/]+=[^=\s]*$/

/** Cuts `n[1-40] rack=r2,role=web` into its parts. What is a selector stands alone between blanks. */
export function readFilter(text: string): FilterText {
  const selectors: [string, string][] = []
  const nodes = text.replace(/\S+/g, (word) => {
    if (!word.includes('=')) return word
    const pairs = word.split(',')
    if (!pairs.every((pair) => SELECTOR.test(pair))) return word
    for (const pair of pairs) {
      const equals = pair.indexOf('=')
      selectors.push([pair.slice(0, equals), pair.slice(equals + 1)])
    }
    return ' '.repeat(word.length)
  })
  return { nodes: nodes.trim() === '' ? '' : nodes, selectors }
}

/** As the server's `selector` has it. */
export function selectorText(filter: FilterText): string | undefined {
  return filter.selectors.length === 0 ? undefined : filter.selectors.map((pair) => pair.join('=')).join(',')
}

/** Judges a filter against the fleet. */
export function filter(text: string, fleet: Fleet, groups: Groups): Filtered {
  const parts = readFilter(text)
  if (parts.nodes === '' && parts.selectors.length === 0) return { is: 'all' }
  const unknown = parts.selectors.find(([label]) => !fleet.labels.names().includes(label))
  if (unknown) return { is: 'wrong', because: `no node has the label ${unknown[0]}`, column: undefined }
  const elsewhere = parts.selectors.find(([label]) => fleet.labels.isLeftOut(label))
  if (elsewhere) return { is: 'elsewhere', label: elsewhere[0] }
  const named = maskOfNodes(parts.nodes, fleet, groups)
  if (!(named instanceof Uint8Array)) return named
  const mask = narrowed(named, parts, fleet)
  return { is: 'some', mask, count: mask.reduce((sum, bit) => sum + bit, 0) }
}

function maskOfNodes(text: string, fleet: Fleet, groups: Groups): Uint8Array | Extract<Filtered, { is: 'wrong' }> {
  if (text === '') return new Uint8Array(fleet.size).fill(1)
  let set: NodeSet
  try {
    set = parse(text, groups)
  } catch (error) {
    if (!(error instanceof NodeSetError)) throw error
    return { is: 'wrong', because: error.message, column: error.column }
  }
  const mask = new Uint8Array(fleet.size)
  let unknown = 0
  let first = ''
  for (const name of set.names()) {
    const at = fleet.place(name)
    if (at !== undefined) mask[at] = 1
    else if (unknown++ === 0) first = name
  }
  if (unknown === 0 || unknown < set.size) return mask
  const hint = /^[A-Za-z0-9._-]+$/.test(text.trim()) ? `; try ${text.trim()}*` : ''
  return { is: 'wrong', because: `the inventory does not know ${first}${hint}`, column: undefined }
}

function narrowed(mask: Uint8Array, { selectors }: FilterText, fleet: Fleet): Uint8Array {
  for (const [label, value] of selectors) {
    const having = new Uint8Array(fleet.size)
    fleet.labels.each(label, value, (at) => (having[at] = 1))
    for (let at = 0; at < mask.length; at++) mask[at]! &= having[at]!
  }
  return mask
}

/** The mask of names that the server told. */
export function maskOfNames(names: readonly string[], fleet: Fleet): Filtered {
  const mask = new Uint8Array(fleet.size)
  let count = 0
  for (const name of names) {
    const at = fleet.place(name)
    if (at === undefined || mask[at] === 1) continue
    mask[at] = 1
    count++
  }
  return { is: 'some', mask, count }
}
