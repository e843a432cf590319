/**
 * How slowly a body may come. What has come of it holds room in the memory budget of all senders, so one that was sent by half and then
 * left alone, or is dripped, is given up long before the time that a whole body may take.
 */
import type { ByteBudget } from './byte-budget.ts'

/** Looked at after each of these. Longer than a lost packet takes to be sent again, and than a request waits for room in the budget. */
const WINDOW_MS = 5000
/** The fewest bytes in one, 240 a second: the slowest mobile network brings five times that. */
const LEAST_BYTES = 1200
/**
 * While the budget is more than half used, the fewest are also this part of what has come: who holds much has to move much, and an
 * unfinished 64 MiB needs 820 kB/s then.
 */
const LEAST_PART = 1 / 16

/** Watches one body; `stop` when it has ended, however. */
export class BodyPace {
  readonly #budget: ByteBudget
  readonly #onSlow: (problem: string) => void
  #timer: NodeJS.Timeout
  #bytes = 0
  #before = 0

  /** `onSlow` is called once, with what was seen. */
  constructor(budget: ByteBudget, onSlow: (problem: string) => void) {
    this.#budget = budget
    this.#onSlow = onSlow
    // What has arrived while this thread was busy is read before it is missed.
    this.#timer = setTimeout(() => setImmediate(this.#look), WINDOW_MS)
  }

  /** `bytes` more have come. */
  more(bytes: number): void {
    this.#bytes += bytes
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#before = -1
  }

  readonly #look = (): void => {
    if (this.#before < 0) return
    const came = this.#bytes - this.#before
    const least = this.#budget.crowded ? Math.max(LEAST_BYTES, this.#before * LEAST_PART) : LEAST_BYTES
    if (came < least) {
      this.#onSlow(
        `${came} bytes of the body came in ${WINDOW_MS} ms, expected at least ${Math.ceil(least)} (${this.#bytes} in all)`,
      )
      return
    }
    this.#before = this.#bytes
    this.#timer = setTimeout(() => setImmediate(this.#look), WINDOW_MS)
  }
}
