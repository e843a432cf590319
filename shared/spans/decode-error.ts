/**
 * Bytes or text that can't be read. Says what was seen, what was expected and where, so that the sender can mend it:
 * "resourceSpans[0].scopeSpans[2].spans[14].traceId: 3 bytes; expected 16 (byte 1204)".
 */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
  /** Where in the message's structure, in the words of the format; empty at the top. */
  readonly field: string
  /** Byte (or character) offset from the start of the input; -1 when unknown. */
  readonly offset: number

  constructor(problem: string, field = '', offset = -1) {
    const where = offset >= 0 ? ` (byte ${offset})` : ''
    super(field === '' ? `${problem}${where}` : `${field}: ${problem}${where}`)
    this.field = field
    this.offset = offset
  }
}
