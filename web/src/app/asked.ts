// A document that is read from the server, kept while it is read again, and read again when something may have changed it.

import { createEffect, createResource, createSignal, on, onCleanup } from 'solid-js'
import { wordsOf } from '../api/client'
import type { House } from './house'
import { Soon } from './soon'

/** So soon after news it is read again. */
const NEWS_MS = 400

export interface Document<T> {
  /** The newest one that was read. */
  readonly read: () => T | undefined
  /** Why it could not be read last. */
  readonly wrong: () => string | undefined
  readonly again: () => void
}

/** Reads with `ask`, again whenever `news` changes, and every so many milliseconds at least. */
export function createDocument<T>(house: House, ask: () => Promise<T>, news: () => unknown, everyMs: number): Document<T> {
  const [wrong, setWrong] = createSignal<string | undefined>(undefined)
  const [found, { refetch }] = createResource<T | undefined, true>(true, async (_, { value }) => {
    try {
      const document = await ask()
      setWrong(undefined)
      return document
    } catch (error) {
      setWrong(wordsOf(error))
      return value
    }
  })
  const soon: Soon = new Soon(() => {
    void refetch()
    soon.in(everyMs)
  })
  soon.in(everyMs)
  createEffect(on([news, () => house.state().is], () => soon.in(NEWS_MS), { defer: true }))
  onCleanup(() => soon.stop())
  return { read: () => found.latest, wrong, again: () => soon.in(0) }
}
