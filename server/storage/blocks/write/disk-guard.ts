/** Whether the disk has room for more: refuses at a reserve, so that reading, sealing and the rest of the machine go on. */
import { type Files } from '#server/storage/blocks/files.ts'

/** RELIABILITY.md: the larger of 5 % of the disk and 1 GiB. */
const RESERVE_PART = 0.05
const RESERVE_BYTES = 2 ** 30
/** Looked at again after this long, ms: at the fastest ingest 250 ms are some 10 MB of log. */
const LOOK_EVERY_MS = 250
/** After a write was refused by the disk itself, ms until the next is tried. */
const PAUSE_MS = 1000
/** Free beyond the reserve before spans are taken again: not every removed file shall open and close the door. */
const MARGIN_BYTES = 2 ** 20

export class DiskGuard {
  readonly #files: Files
  readonly #reserve: number
  readonly #now: () => number
  #lookedAt = -Infinity
  #pausedUntil = -Infinity
  #reason: string | undefined

  /** `reserveBytes` 0: the default. `now`: ms. */
  constructor(files: Files, reserveBytes: number, now: () => number) {
    this.#files = files
    this.#reserve = reserveBytes
    this.#now = now
  }

  /** Why nothing more is written now; undefined when it is. Cheap: looks at the disk four times a second. */
  refusal(): string | undefined {
    const now = this.#now()
    if (now < this.#pausedUntil || (now - this.#lookedAt < LOOK_EVERY_MS && now >= this.#lookedAt)) return this.#reason
    this.#lookedAt = now
    let space
    try {
      space = this.#files.space()
    } catch (error) {
      return (this.#reason = `the disk does not answer: ${error instanceof Error ? error.message : String(error)}`)
    }
    const { free, total } = space
    const reserve = this.#reserve > 0 ? this.#reserve : Math.max(total * RESERVE_PART, RESERVE_BYTES)
    const wanted = this.#reason === undefined ? reserve : reserve + MARGIN_BYTES
    this.#reason =
      free >= wanted
        ? undefined
        : `${this.#files.place} has ${megabytes(free)} free; spans are refused below ${megabytes(reserve)}`
    return this.#reason
  }

  /** A write or sync has failed: nothing is taken for a second, then the disk is asked again. */
  failed(reason: string): void {
    this.#reason = reason
    this.#pausedUntil = this.#now() + PAUSE_MS
    this.#lookedAt = -Infinity
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
