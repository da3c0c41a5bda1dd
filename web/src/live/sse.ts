// Reads server-sent events from pieces of text. It does not know what they mean.

export interface Frame {
  readonly event: string
  readonly data: string
  readonly id: string | undefined
}

/** The most characters of one line. A snapshot of a very large fleet is one line of some megabytes. */
const LINE_MAX = 64 << 20

/** A parser that is fed pieces as they come. */
export class FrameReader {
  /** Pieces of a line whose end has not come. */
  private pieces: string[] = []
  private length = 0
  private event = ''
  private data: string[] = []
  private id: string | undefined
  private endedWithReturn = false

  constructor(private readonly tell: (frame: Frame) => void) {}

  feed(text: string): void {
    let start = 0
    if (this.endedWithReturn && text.startsWith('\n')) start = 1
    if (text !== '') this.endedWithReturn = false
    for (;;) {
      const end = lineEnd(text, start)
      if (end < 0) break
      this.keep(text.slice(start, end))
      this.line(this.takeLine())
      start = end + 1
      if (text[end] !== '\r') continue
      if (start === text.length) this.endedWithReturn = true
      else if (text[start] === '\n') start++
    }
    this.keep(text.slice(start))
  }

  private keep(piece: string): void {
    if (piece === '') return
    this.length += piece.length
    if (this.length > LINE_MAX) throw new Error('the live stream sent a line that is too long')
    this.pieces.push(piece)
  }

  private takeLine(): string {
    const line = this.pieces.length === 1 ? this.pieces[0]! : this.pieces.join('')
    this.pieces = []
    this.length = 0
    return line
  }

  private line(line: string): void {
    if (line === '') return this.dispatch()
    const colon = line.indexOf(':')
    if (colon === 0) return
    const field = colon < 0 ? line : line.slice(0, colon)
    const from = line[colon + 1] === ' ' ? colon + 2 : colon + 1
    const value = colon < 0 ? '' : line.slice(from)
    if (field === 'event') this.event = value
    else if (field === 'data') this.data.push(value)
    else if (field === 'id') this.id = value
  }

  private dispatch(): void {
    const { event, data, id } = this
    this.event = ''
    this.data = []
    this.id = undefined
    if (data.length > 0) this.tell({ event: event || 'message', data: data.join('\n'), id })
  }
}

function lineEnd(text: string, from: number): number {
  const feed = text.indexOf('\n', from)
  const back = text.indexOf('\r', from)
  if (feed < 0 || back < 0) return Math.max(feed, back)
  return Math.min(feed, back)
}
