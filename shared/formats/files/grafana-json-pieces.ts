/** Grafana's data frames: columns, so that nothing of a frame can be read before all of it is at hand. */
import { DecodeError } from '#shared/spans/decode-error.ts'
import { encodeText } from '#shared/spans/dictionary.ts'
import { keepWholeRows } from '#shared/spans/keep-whole-rows.ts'
import { grafanaFramesToOtlp } from '#shared/formats/grafana/frames-to-otlp.ts'
import type { Json } from '#shared/formats/jaeger/plain-json.ts'
import { OtlpJsonFileDecoder } from '#shared/formats/otlp/decode-json-file.ts'
import { byteOf, parseBytes } from './json-errors.ts'
import type { JsonScan } from './json-scan.ts'
import { bareMessage, type JsonPieces, type Reading } from './reading.ts'

/** Grafana asks for traces of some ten thousand spans at most; a text of this size still fits a tab. */
const MOST_BYTES = 256 * 1024 * 1024

export class GrafanaJsonPieces implements JsonPieces {
  readonly #reading: Reading
  readonly #decoder = new OtlpJsonFileDecoder()

  constructor(reading: Reading) {
    this.#reading = reading
    // A row has no place in the text: its number is told instead.
    this.#decoder.onBadSpan = error => reading.passOver(bareMessage(error), -1)
  }

  whole(bytes: Uint8Array, position: number): void {
    const { table } = this.#reading.run
    try {
      const { request, badRows, problems } = grafanaFramesToOtlp(parseBytes(bytes, text => JSON.parse(text) as Json))
      for (const problem of problems) this.#reading.passOver(problem, -1)
      this.#reading.passedOver += badRows - problems.length
      this.#decoder.decodeValue(encodeText(JSON.stringify(request)), table)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      keepWholeRows(table)
      throw new DecodeError(bareMessage(error), '', position + byteOf(error, bytes))
    }
  }

  async large(scan: JsonScan): Promise<void> {
    await scan.peek()
    const { at } = scan
    this.whole(await scan.take(MOST_BYTES, 'a list of data frames'), at)
  }
}
