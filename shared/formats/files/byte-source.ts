/**
 * The bytes of a file as they come, chunk by chunk, with as much of them at hand as is asked for. Positions count from
 * the start of the file; a byte at position `p` is `bytes[p - base]`.
 */

import { FileError } from './file-problem.ts'

/** Chunks are taken up in pieces of so many bytes, so that progress is told and a signal looked at in between. */
const MOST_AT_ONCE = 1024 * 1024
/** Bytes kept behind what has been read, so that an error can show the line before. */
const KEPT_BEHIND = 512

export interface SourceOptions {
  readonly signal?: AbortSignal
  /** Told of the bytes taken so far. */
  readonly onBytes?: (bytes: number) => void
  /** Bytes that may be at hand at once; `fill` throws FileError above it. Default: as memory goes. */
  readonly heldBytes?: number
}

export class ByteSource {
  /** Valid up to `end - base`. Replaced by `fill`. */
  bytes: Uint8Array = new Uint8Array(0)
  /** Position of `bytes[0]`. */
  base = 0
  /** Position behind the last byte at hand. */
  end = 0
  /** True when no more bytes will come. */
  done = false
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>
  readonly #options: SourceOptions
  #fault: FileError | undefined
  #chunk: Uint8Array = new Uint8Array(0)
  /** Newlines before position `#countedTo`, and where the line of that position begins. */
  #lines = 0
  #countedTo = 0
  #lineStart = 0
  /** Bytes of `bytes` may be written to: it is our own copy, not a chunk. */
  #own = false

  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options: SourceOptions = {}) {
    this.#chunks = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
    this.#options = options
  }

  /**
   * Takes more bytes; those from position `keepFrom` on stay at hand. False when there are none. Throws the signal's
   * reason, and what the chunks throw.
   */
  async fill(keepFrom: number): Promise<boolean> {
    if (this.#fault !== undefined) throw this.#fault
    if (this.done) return false
    this.#options.signal?.throwIfAborted()
    while (this.#chunk.length === 0) {
      const next = await this.#chunks.next()
      this.#options.signal?.throwIfAborted()
      if (next.done === true) {
        this.done = true
        return false
      }
      this.#chunk = next.value
    }
    const part = this.#chunk.subarray(0, MOST_AT_ONCE)
    this.#chunk = this.#chunk.subarray(part.length)
    this.#append(part, Math.max(this.base, Math.min(keepFrom, this.end) - KEPT_BEHIND))
    this.#options.onBytes?.(this.end)
    return true
  }

  #append(part: Uint8Array, keepFrom: number): void {
    this.#countTo(keepFrom)
    const kept = this.end - keepFrom
    const needed = kept + part.length
    const { heldBytes = Infinity } = this.#options
    if (needed > heldBytes) {
      const detail = `a part of more than ${heldBytes} bytes, which begins at byte ${keepFrom}, has to be read as a whole`
      throw new FileError({ kind: 'unreadable', detail })
    }
    if (this.#own && needed <= this.bytes.length) {
      this.bytes.copyWithin(0, keepFrom - this.base, this.end - this.base)
    } else {
      const larger = new Uint8Array(
        Math.max(MOST_AT_ONCE + 2 * KEPT_BEHIND, needed > MOST_AT_ONCE * 2 ? needed * 2 : needed),
      )
      larger.set(this.bytes.subarray(keepFrom - this.base, this.end - this.base))
      this.bytes = larger
      this.#own = true
    }
    this.bytes.set(part, kept)
    this.base = keepFrom
    this.end = keepFrom + needed
  }

  /** Bytes at hand can still be read: the next `fill` throws what the one before did. */
  failLater(fault: FileError): void {
    this.#fault = fault
  }

  /** Ends the chunks early: what is behind them can be closed. */
  async close(): Promise<void> {
    this.done = true
    this.#chunk = new Uint8Array(0)
    await this.#chunks.return?.(undefined)
  }

  /** The bytes from one position to another, both at hand: a view that is valid until the next `fill`. */
  slice(from: number, to: number): Uint8Array {
    return this.bytes.subarray(from - this.base, to - this.base)
  }

  /** Position of the next newline at or behind `from` that is at hand; -1 when none is. */
  newline(from: number): number {
    const at = this.bytes.subarray(0, this.end - this.base).indexOf(10, from - this.base)
    return at < 0 ? -1 : at + this.base
  }

  #countTo(position: number): void {
    const { bytes, base } = this
    let from = this.#countedTo - base
    const to = position - base
    if (to <= from) return
    const view = bytes.subarray(0, to)
    for (let at = view.indexOf(10, from); at >= 0; at = view.indexOf(10, from)) {
      this.#lines++
      from = at + 1
      this.#lineStart = base + from
    }
    this.#countedTo = position
  }

  /** Line (from 1) of a position at hand or just behind it, and the position at which that line begins. */
  lineOf(position: number): { readonly line: number; readonly start: number } {
    let line = this.#lines + 1
    let start = this.#lineStart
    const view = this.bytes.subarray(0, Math.max(0, Math.min(position, this.end) - this.base))
    let from = this.#countedTo - this.base
    for (let at = view.indexOf(10, from); at >= 0; at = view.indexOf(10, from)) {
      line++
      from = at + 1
      start = this.base + from
    }
    return { line, start }
  }
}
