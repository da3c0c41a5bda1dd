// What the live stream carries. It does not read the stream.

import type { Action, Door, Event, Hold } from '../api/types'

/** A command that runs or waits on some nodes. */
export interface OpenIntent {
  readonly seq: number
  readonly action: Action
  readonly by: string
  readonly door: Door
  readonly reason?: string | null
  readonly accepted_at_ms: number
  readonly nodes: string
  readonly count: number
}

export interface LabelColumn {
  readonly label: string
  readonly values: readonly { readonly value: string; readonly nodes: string; readonly count: number }[]
  /** How many values there are, if they are too many to be told. */
  readonly left_out?: number | null
}

/** Everything at one place of the journal, in columns. */
export interface Snapshot {
  readonly at_ms: number
  readonly seq: number
  readonly cluster: string
  readonly nodes: string
  readonly count: number
  readonly power: string
  readonly age: string
  readonly phase: string
  readonly attempt: string
  readonly outcome: string
  readonly intents: readonly OpenIntent[]
  readonly waiting: readonly OpenIntent[]
  readonly unknown_because: readonly { readonly because: string; readonly nodes: string; readonly count: number }[]
  readonly holds: readonly Hold[]
  readonly labels: readonly LabelColumn[]
  readonly protected: string
}

/** The column of ages anew. */
export interface Ages {
  readonly at_ms: number
  readonly count: number
  readonly age: string
}

/** An event, with what the server's description may not have yet. */
export type Delta = Event & { readonly attempt?: number }
