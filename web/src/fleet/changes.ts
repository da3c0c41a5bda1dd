// Which places changed since somebody looked. It does not know what changed there.

/** Collects changed places without doubles. */
export class Changes {
  private marked = new Uint8Array(0)
  private places: number[] = []
  private everything = false
  private readonly listeners = new Set<() => void>()

  /** Called at the first change after a {@link take}. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  resize(size: number): void {
    this.marked = new Uint8Array(size)
    this.places = []
  }

  add(at: number): void {
    if (this.everything || this.marked[at] === 1) return
    this.marked[at] = 1
    if (this.places.push(at) === 1) this.tell()
  }

  all(): void {
    if (this.everything) return
    this.everything = true
    this.tell()
  }

  /** The places that changed, or `all`; and begins anew. */
  take(): readonly number[] | 'all' {
    const taken = this.everything ? 'all' : this.places
    for (const at of this.places) this.marked[at] = 0
    this.places = []
    this.everything = false
    return taken
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }
}
