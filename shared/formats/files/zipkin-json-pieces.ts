/** Zipkin JSON of any size: lists of spans, and lists of those, in batches. */
import { DecodeError } from '#shared/spans/decode-error.ts'
import type { Json } from '#shared/formats/jaeger/plain-json.ts'
import { addZipkinJson } from '#shared/formats/zipkin/decode-json.ts'
import { byteOf, parseBytes } from './json-errors.ts'
import type { JsonScan } from './json-scan.ts'
import { bareMessage, type JsonPieces, type Reading } from './reading.ts'

/** Bytes of spans that are parsed at once. */
const BATCH = 1024 * 1024
/** Lists inside lists: what APIs answer has two. */
const MOST_WRAPS = 4
/** One span with more bytes is not read: all of it has to be at hand. */
const MOST_PART = 256 * 1024 * 1024

const OPEN_ARRAY = 91

export class ZipkinJsonPieces implements JsonPieces {
  readonly #reading: Reading
  readonly #wholeBytes: number

  constructor(reading: Reading, wholeBytes: number) {
    this.#reading = reading
    this.#wholeBytes = wholeBytes
    // Rejected rows come as problems of their span.
    reading.countRejected = false
  }

  whole(bytes: Uint8Array, position: number): void {
    try {
      const root = parseBytes(bytes, text => JSON.parse(text) as Json)
      const { badSpans, problems } = addZipkinJson(root, this.#reading.run.table)
      for (const problem of problems) {
        this.#reading.passOver(bareMessage(problem), position + byteOf(problem, bytes))
      }
      this.#reading.passedOver += badSpans - problems.length
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      throw new DecodeError(bareMessage(error), '', position + byteOf(error, bytes))
    }
  }

  async large(scan: JsonScan): Promise<void> {
    await this.#node(scan, 0)
  }

  async #node(scan: JsonScan, depth: number): Promise<void> {
    if (depth > MOST_WRAPS) scan.fail('nested too deep; expected a list of spans', scan.at)
    if ((await scan.peek()) !== OPEN_ARRAY) {
      for await (const key of scan.keys()) {
        if (key === 'spans') await this.#node(scan, depth + 1)
        else await scan.skip()
      }
      return
    }
    for await (const batch of scan.batches(BATCH, this.#wholeBytes)) {
      if (batch.large) {
        // In a list an object is a span, however large.
        if ((await scan.peek()) === OPEN_ARRAY) await this.#node(scan, depth + 1)
        else this.whole(await scan.take(MOST_PART, 'a span'), batch.from)
      } else {
        const bytes = new Uint8Array(batch.to - batch.from + 2)
        bytes[0] = OPEN_ARRAY
        bytes.set(scan.source.slice(batch.from, batch.to), 1)
        bytes[bytes.length - 1] = OPEN_ARRAY + 2
        this.whole(bytes, batch.from - 1)
      }
      await this.#reading.run.turn()
    }
  }
}
