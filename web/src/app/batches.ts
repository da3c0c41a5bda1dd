// A press in several batches with a pause between. The server knows nothing of it: this tab gives one command after the other.

import { createSignal } from 'solid-js'
import type { CommandRequest } from '../api/types'
import type { Presses } from './presses'

/** How often it is looked whether a pause is over. */
const LOOK_MS = 250

export interface Batches {
  readonly of: number
  readonly given: number
  /** When the next one is given; none when all are, or when it was stopped. */
  readonly nextAt: number | undefined
  readonly stopped: boolean
  /** Why it stopped by itself. */
  readonly because: string | undefined
}

const [batches, setBatches] = createSignal<Batches | undefined>(undefined)
export { batches }

let stop = false

/** Gives the requests in order. A batch that is refused ends it. */
export async function giveInBatches(presses: Presses, requests: readonly CommandRequest[], delayMs: number): Promise<void> {
  stop = false
  const guard = (event: BeforeUnloadEvent) => event.preventDefault()
  addEventListener('beforeunload', guard)
  let because: string | undefined
  for (const [index, request] of requests.entries()) {
    const known = { of: requests.length, stopped: false, because: undefined }
    setBatches({ ...known, given: index + 1, nextAt: undefined })
    const answer = await presses.give(request, `${index + 1} of ${requests.length}`)
    if (!answer || !('verdicts' in answer && 'accepted' in answer)) because = `batch ${index + 1} was not accepted`
    if (because || index + 1 === requests.length) break
    const nextAt = Date.now() + delayMs
    setBatches({ ...known, given: index + 1, nextAt })
    while (!stop && Date.now() < nextAt) await new Promise((done) => setTimeout(done, LOOK_MS))
    if (stop) break
  }
  removeEventListener('beforeunload', guard)
  setBatches((now) => now && { ...now, nextAt: undefined, stopped: stop || because !== undefined, because })
}

export function stopBatches(): void {
  stop = true
}

export function dismissBatches(): void {
  setBatches(undefined)
}
