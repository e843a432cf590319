// The details of the selected row as an element between the rows: measured, cut to the room that the rows leave for it, and
// put into place with them.

/** How much of the view details take at most; beyond, they scroll by themselves. */
const MOST_SHARE = 0.7
/** Less would show a head alone, CSS pixels. */
const LEAST_MOST = 140

export class DetailsInset {
  readonly #frame: HTMLElement
  readonly #content: HTMLElement
  readonly #stops: (() => void)[]
  #height = 0

  /**
   * `frame` cuts, `content` is as high as it likes. `changed`: its height is another; `entered`: the keyboard came into it
   * while none of it was in view.
   */
  constructor(frame: HTMLElement, content: HTMLElement, changed: () => void, entered: () => void) {
    this.#frame = frame
    frame.hidden = true
    this.#content = content
    const sized = new ResizeObserver(() => {
      const height = content.offsetHeight
      // Closed: the next ones are about as high as these were.
      if (frame.hidden || content.childElementCount === 0 || height === this.#height) return
      this.#height = height
      changed()
    })
    sized.observe(content)
    frame.addEventListener('focusin', entered)
    this.#stops = [() => sized.disconnect(), () => frame.removeEventListener('focusin', entered)]
  }

  /** Of the content, CSS pixels. */
  get height(): number {
    return this.#height
  }

  /** `view`: height of the rows' window. */
  limit(view: number): void {
    const most = Math.max(LEAST_MOST, Math.floor(view * MOST_SHARE))
    this.#content.style.setProperty('--most', `${most}px`)
  }

  /** `top` from the top of the rows' window, `view` its height; undefined: there are none. */
  place(top: number | undefined, view: number): void {
    this.#frame.hidden = top === undefined
    if (top === undefined) return
    // Out of view they stay in the page, for the Tab key, and no farther away than needed.
    const y = Math.max(-this.#height - 1, Math.min(view + 1, top))
    this.#frame.style.transform = `translateY(${y}px)`
    this.#frame.style.height = `${this.#height}px`
  }

  dispose(): void {
    for (const stop of this.#stops) stop()
  }
}
