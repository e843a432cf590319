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
  /** Bytes that may be written before the next look. */
  #allowance = 0
  #pausedUntil = -Infinity
  #reason: string | undefined

  /** `reserveBytes` 0: the default. `now`: ms. */
  constructor(files: Files, reserveBytes: number, now: () => number) {
    this.#files = files
    this.#reserve = reserveBytes
    this.#now = now
  }

  /** Why nothing more is written now; undefined when it is. Cheap: looks at the disk four times a second, more often near the reserve. */
  refusal(): string | undefined {
    const now = this.#now()
    const fresh = now - this.#lookedAt < LOOK_EVERY_MS && this.#allowance > 0
    if (now < this.#pausedUntil || fresh) return this.#reason
    this.#lookedAt = now
    let space
    try {
      space = this.#files.space()
    } catch (error) {
      return (this.#reason = `the disk does not answer: ${error instanceof Error ? error.message : String(error)}`)
    }
    const { free, total } = space
    const reserve = diskReserve(total, this.#reserve)
    const wanted = this.#reason === undefined ? reserve : reserve + MARGIN_BYTES
    // Half of what is left, since others write too; while nothing is taken, time alone decides.
    this.#allowance = free >= wanted ? (free - reserve) / 2 : Infinity
    this.#reason =
      free >= wanted
        ? undefined
        : `${this.#files.place} has ${megabytes(free)} free; spans are refused below ${megabytes(reserve)}`
    return this.#reason
  }

  wrote(bytes: number): void {
    this.#allowance -= bytes
  }

  /** A write or sync has failed: nothing is taken for a second, then the disk is asked again. */
  failed(reason: string): void {
    this.#reason = reason
    this.#pausedUntil = this.#now() + PAUSE_MS
    this.#lookedAt = -Infinity
  }
}

/** Bytes of a disk of `total` bytes that stay free; `wanted` 0: the default. */
export function diskReserve(total: number, wanted: number): number {
  return wanted > 0 ? wanted : Math.max(total * RESERVE_PART, RESERVE_BYTES)
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
