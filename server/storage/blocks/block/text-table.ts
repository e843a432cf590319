/** The texts of a block that are looked at whole: names, services, keys, everything of resources and scopes. */
import type { ByteWriter } from './bytes.ts'
import type { SourceBytes } from './entry-table.ts'

export class TextTable {
  readonly #source: SourceBytes
  /** Dictionary id -> number + 1. */
  readonly #numbers: Uint32Array
  readonly #ids: number[] = []

  constructor(source: SourceBytes, dictionarySize: number) {
    this.#source = source
    this.#numbers = new Uint32Array(dictionarySize)
    this.of(0)
  }

  /** The number of a text of the source's dictionary in the block; the empty one is 0. */
  of(id: number): number {
    const known = this.#numbers[id]
    if (known !== 0) return known - 1
    this.#ids.push(id)
    return (this.#numbers[id] = this.#ids.length) - 1
  }

  write(to: ByteWriter): void {
    const { dictionaryOffset, dictionaryLength, dictionaryBytes } = this.#source
    to.number(this.#ids.length)
    for (const id of this.#ids) {
      to.bytes(dictionaryBytes.subarray(dictionaryOffset[id], dictionaryOffset[id] + dictionaryLength[id]))
    }
  }
}
