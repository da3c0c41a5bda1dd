// What of the fleet is looked at: the filter and the facets of the address, and the places that they let through.

import { createEffect, createMemo, createSignal, on, onCleanup, untrack } from 'solid-js'
import { expandAll } from '../nodeset'
import { facetsOf, isFacet, view, wanted, type FacetKey, type View } from '../fleet/facets'
import { filter, maskOfNames, readFilter, selectorText, type Filtered } from '../fleet/filter'
import { wordsOf } from '../api/client'
import type { House } from './house'
import { param, setParams } from './route'

/** How often the view is made anew while nodes change. */
const VIEW_MS = 250

export interface Look {
  readonly text: () => string
  readonly setText: (text: string) => void
  readonly filtered: () => Filtered
  /** The nodes that the text lets through; none if it lets all through. */
  readonly mask: () => Uint8Array | undefined
  readonly facets: () => readonly FacetKey[]
  readonly toggleFacet: (key: FacetKey) => void
  readonly view: () => View
  /** Whether the facets let a node through. */
  readonly fits: (at: number) => boolean
}

export function createLook(house: House): Look {
  const text = createMemo(() => param('q'))
  const facets = createMemo(() => param('is').split(',').filter(isFacet))
  const filtered = createFiltered(house, text)
  const mask = createMemo(() => {
    const found = filtered()
    return found.is === 'some' ? found.mask : found.is === 'all' ? undefined : new Uint8Array(house.fleet.size)
  })
  const masks = createMemo(() => wanted(facets()))
  return {
    text,
    setText: (text) => setParams({ q: text }),
    filtered,
    mask,
    facets,
    toggleFacet: (key) => setParams({ is: toggled(facets(), key).join(',') }),
    view: createView(house, mask, facets),
    fits: (at) => {
      const bits = facetsOf(house.fleet, at, house.clock())
      return masks().every((mask) => (bits & mask) !== 0)
    },
  }
}

function toggled(keys: readonly FacetKey[], key: FacetKey): FacetKey[] {
  return keys.includes(key) ? keys.filter((other) => other !== key) : [...keys, key]
}

/** What the text means. What only the server can tell is asked there. */
function createFiltered(house: House, text: () => string): () => Filtered {
  const local = createMemo((): Filtered => {
    house.inventory()
    return house.fleet.isKnown ? filter(text(), house.fleet, house.fleet.groups(house.groups())) : { is: 'all' }
  })
  const [remote, setRemote] = createSignal<Filtered>({ is: 'all' })
  createEffect(() => {
    if (local().is !== 'elsewhere') return
    const parts = readFilter(text())
    const query = { nodes: parts.nodes || '@*', selector: selectorText(parts) }
    const abort = new AbortController()
    onCleanup(() => abort.abort())
    house.client.get<{ nodes: string }>('/api/v1/resolve', query, abort.signal).then(
      ({ nodes }) => setRemote(maskOfNames(expandAll(nodes), house.fleet)),
      (error: unknown) => {
        if (!abort.signal.aborted) setRemote({ is: 'wrong', because: wordsOf(error), column: undefined })
      },
    )
  })
  return () => (local().is === 'elsewhere' ? remote() : local())
}

/** At once when somebody asks for another view, otherwise a few times a second. */
function createView(house: House, mask: () => Uint8Array | undefined, facets: () => readonly FacetKey[]): () => View {
  const make = () => view(house.fleet, untrack(mask), untrack(facets), house.clock())
  const [shown, setShown] = createSignal(make(), { equals: false })
  let timer: ReturnType<typeof setTimeout> | undefined
  const now = () => {
    clearTimeout(timer)
    timer = undefined
    setShown(make())
  }
  createEffect(on([mask, facets, () => house.inventory()], now))
  createEffect(on(() => [house.version(), house.now()], () => (timer ??= setTimeout(now, VIEW_MS))))
  onCleanup(() => clearTimeout(timer))
  return shown
}
