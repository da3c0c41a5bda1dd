// Does something soon, once: of several wishes the earliest counts, so that steady news can't put it off for ever.

export class Soon {
  private timer: ReturnType<typeof setTimeout> | undefined
  private due = Infinity

  constructor(private readonly does: () => void) {}

  /** In so many milliseconds at the latest. */
  in(ms: number): void {
    const due = Date.now() + ms
    if (due >= this.due) return
    clearTimeout(this.timer)
    this.due = due
    this.timer = setTimeout(() => {
      this.due = Infinity
      this.does()
    }, ms)
  }

  stop(): void {
    clearTimeout(this.timer)
    this.due = Infinity
  }
}
