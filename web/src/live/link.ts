// The one live stream: opens it, keeps it, opens it again. What it carries is handed on unread. It knows no framework.

import { FrameReader, type Frame } from './sse'

/** Without a byte for so long the page is stale. The server says something every 15 s at least. */
export const STALE_MS = 20_000
/** Without a byte for so long the stream is given up and opened anew. */
const GIVEN_UP_MS = 45_000
/** So long an opening may take: a connection that died while the machine slept never answers, and is not used again once
 * it was given up. */
const OPENING_MS = 6_000
/** How often it is looked whether the stream is alive, and how late such a look tells that the machine slept. */
const LOOK_MS = 1_000
const SLEPT_MS = 8_000
/** The first and the longest pause before it is opened again. */
const PAUSE_MIN_MS = 500
const PAUSE_MAX_MS = 10_000

export type LinkState =
  /** Bytes come. */
  | { readonly is: 'live' }
  /** Opening for the first time, or again. */
  | { readonly is: 'opening' }
  /** It is open, and silent for too long. */
  | { readonly is: 'silent' }
  /** It broke; the next try is at that time. */
  | { readonly is: 'lost'; readonly because: string; readonly nextAt: number }
  /** Nobody looks; it was closed so as not to take one of the few connections that a browser keeps to a server. */
  | { readonly is: 'resting' }
  /** The token is not accepted. */
  | { readonly is: 'refused' }

export interface LinkEnds {
  readonly url: string
  readonly headers: () => Record<string, string>
  readonly onFrame: (frame: Frame) => void
  /** All frames of one piece were told. */
  readonly onPiece: () => void
  readonly onState: (state: LinkState) => void
  readonly fetch?: typeof fetch
  readonly now?: () => number
}

export class Link {
  private lastId: string | undefined
  private lastByteAt = 0
  private tries = 0
  private abort: AbortController | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private watch: ReturnType<typeof setInterval> | undefined
  private lookedAt = 0
  private state: LinkState = { is: 'opening' }
  private closed = false

  constructor(private readonly ends: LinkEnds) {}

  /** How long ago the last byte came, in ms. */
  get silence(): number {
    return this.lastByteAt === 0 ? 0 : this.now() - this.lastByteAt
  }

  open(): void {
    this.lookedAt = this.now()
    this.watch = setInterval(() => this.look(), LOOK_MS)
    void this.run()
  }

  close(): void {
    this.closed = true
    clearInterval(this.watch)
    clearTimeout(this.timer)
    this.abort?.abort()
  }

  /** Closes it until {@link Link.wake}. */
  rest(): void {
    if (this.closed || this.state.is === 'refused') return
    clearTimeout(this.timer)
    this.be({ is: 'resting' })
    const { abort } = this
    this.abort = undefined
    abort?.abort()
  }

  /** Opens it anew at once, if it is not known to be alive: after sleep, or when the network is back. */
  wake(): void {
    if (this.closed) return
    if (this.state.is === 'lost' || this.state.is === 'resting') {
      clearTimeout(this.timer)
      this.tries = 0
      void this.run()
    } else if (this.silence > STALE_MS) {
      this.renew()
    }
  }

  private now(): number {
    return (this.ends.now ?? Date.now)()
  }

  private look(): void {
    const now = this.now()
    const slept = now - this.lookedAt > SLEPT_MS
    this.lookedAt = now
    if (slept) return this.wake()
    if (this.state.is !== 'live' && this.state.is !== 'silent') return
    if (this.silence > GIVEN_UP_MS) this.renew()
    else if (this.silence > STALE_MS) this.be({ is: 'silent' })
  }

  private be(state: LinkState): void {
    if (state.is === 'live' && this.state.is === 'live') return
    this.state = state
    this.ends.onState(state)
  }

  private renew(): void {
    this.abort?.abort()
    void this.run()
  }

  private async run(): Promise<void> {
    const abort = new AbortController()
    this.abort = abort
    this.be({ is: 'opening' })
    let because = 'the server closed the stream'
    let wait: number | undefined
    const late = setTimeout(() => abort.abort(), OPENING_MS)
    try {
      const response = await this.request(abort.signal)
      clearTimeout(late)
      if (response.status === 401) return this.be({ is: 'refused' })
      if (response.ok && response.body) await this.read(response.body)
      else ({ because, wait } = await refusal(response))
    } catch (error) {
      const told = error instanceof Error && error.name === 'Error'
      because = told ? error.message : 'no answer from the server'
    }
    clearTimeout(late)
    if (!this.closed && this.abort === abort) this.retry(because, wait)
  }

  private request(signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { accept: 'text/event-stream', ...this.ends.headers() }
    if (this.lastId !== undefined) headers['last-event-id'] = this.lastId
    return (this.ends.fetch ?? fetch)(this.ends.url, { headers, signal, cache: 'no-store' })
  }

  private async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.getReader()
    const decoder = new TextDecoder()
    const frames = new FrameReader((frame) => {
      if (frame.id !== undefined) this.lastId = frame.id
      this.ends.onFrame(frame)
    })
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      this.lastByteAt = this.now()
      this.tries = 0
      frames.feed(decoder.decode(value, { stream: true }))
      this.ends.onPiece()
      this.be({ is: 'live' })
    }
  }

  private retry(because: string, wait: number | undefined): void {
    const longest = Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * 2 ** this.tries++)
    const pause = wait ?? longest * (0.5 + Math.random() / 2)
    this.be({ is: 'lost', because, nextAt: this.now() + pause })
    this.timer = setTimeout(() => void this.run(), pause)
  }
}

async function refusal(response: Response): Promise<{ because: string; wait: number | undefined }> {
  const problem = (await response.json().catch(() => ({}))) as { detail?: string; retry_after_s?: number }
  const wait = problem.retry_after_s === undefined ? undefined : problem.retry_after_s * 1_000
  return { because: problem.detail ?? `the server answered ${response.status}`, wait }
}
