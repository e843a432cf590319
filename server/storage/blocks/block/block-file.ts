/** What a block is read from: a file that never changes, or bytes in memory (the memory form of the store). */

export interface BlockFile {
  /** Bytes. */
  readonly size: number
  /**
   * Exactly `length` bytes from `at` on. Synchronous: query workers have nothing else to do. The result may be a view; nobody writes
   * to it. Throws what the file system throws, and RangeError when the range does not lie inside.
   */
  read(at: number, length: number): Uint8Array
}

/** A block that lies in memory. The parts are joined once and not copied again. */
export function bytesAsFile(parts: readonly Uint8Array[]): BlockFile {
  const bytes = parts.length === 1 ? parts[0] : Buffer.concat(parts)
  return {
    size: bytes.length,
    read(at, length) {
      if (at < 0 || length < 0 || at + length > bytes.length) {
        throw new RangeError(`bytes ${at} to ${at + length} of a block of ${bytes.length}`)
      }
      return bytes.subarray(at, at + length)
    },
  }
}
