/**
 * A block that does not hold what its checksums and counts say. Thrown instead of an answer, never beside a wrong one; the store
 * moves the block aside, counts it and says so.
 */
export class DamagedBlockError extends Error {
  override readonly name = 'DamagedBlockError'
  /** The block's name as its reader was opened with. */
  readonly block: string

  constructor(block: string, problem: string, cause?: unknown) {
    super(`block ${block}: ${problem}`, { cause })
    this.block = block
  }
}
