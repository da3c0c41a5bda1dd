// Which nodes are chosen. Map and table share one selection. It does not know what is done with them.

/** A set of places with an anchor, for ranges. */
export class Selection {
  private mask = new Uint8Array(0)
  private chosen = 0
  private anchor: number | undefined
  private readonly listeners = new Set<() => void>()

  get count(): number {
    return this.chosen
  }

  has(at: number): boolean {
    return this.mask[at] === 1
  }

  listen(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** The chosen places, in order. */
  *places(): Generator<number> {
    for (let at = 0; at < this.mask.length; at++) if (this.mask[at] === 1) yield at
  }

  /** Begins anew for so many nodes, with those chosen that still are there. */
  resize(size: number, kept: Iterable<number> = []): void {
    this.mask = new Uint8Array(size)
    this.chosen = 0
    this.anchor = undefined
    for (const at of kept) this.set(at, true)
    this.tell()
  }

  /** Only this one. */
  only(at: number): void {
    this.mask.fill(0)
    this.chosen = 0
    this.set(at, true)
    this.anchor = at
    this.tell()
  }

  toggle(at: number): void {
    this.set(at, this.mask[at] !== 1)
    this.anchor = at
    this.tell()
  }

  /** From the anchor to this one, as they are seen. */
  range(at: number, seen: Uint32Array): void {
    const from = this.anchor === undefined ? -1 : seen.indexOf(this.anchor)
    const to = seen.indexOf(at)
    if (from < 0 || to < 0) return this.toggle(at)
    for (let row = Math.min(from, to); row <= Math.max(from, to); row++) this.set(seen[row]!, true)
    this.tell()
  }

  /** All of these, beside those that are chosen if `added`. */
  choose(places: Iterable<number>, added: boolean): void {
    if (!added) {
      this.mask.fill(0)
      this.chosen = 0
    }
    for (const at of places) this.set(at, true)
    this.tell()
  }

  clear(): void {
    this.mask.fill(0)
    this.chosen = 0
    this.anchor = undefined
    this.tell()
  }

  private set(at: number, chosen: boolean): void {
    if (at >= this.mask.length || (this.mask[at] === 1) === chosen) return
    this.mask[at] = chosen ? 1 : 0
    this.chosen += chosen ? 1 : -1
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }
}
