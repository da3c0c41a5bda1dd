// The newest events, for those who watch. It keeps a bounded number and judges none.

import { createSignal } from 'solid-js'
import type { Event } from '../api/types'

/** The most events that are kept. */
export const EVENTS_MAX = 2_000

export interface Logged {
  readonly number: number
  readonly event: Event
}

export class Log {
  private entries: Logged[] = []
  private number = 0
  private pending = false
  private readonly version = createSignal(0)

  add(event: Event): void {
    this.entries.push({ number: this.number++, event })
    if (this.entries.length > EVENTS_MAX * 1.5) this.entries = this.entries.slice(-EVENTS_MAX)
    if (this.pending) return
    this.pending = true
    setTimeout(() => {
      this.pending = false
      this.version[1](this.number)
    }, 250)
  }

  /** Newest first. Tracked: it is told at most four times a second. */
  newest(): readonly Logged[] {
    this.version[0]()
    return this.entries.slice(-EVENTS_MAX).reverse()
  }
}
