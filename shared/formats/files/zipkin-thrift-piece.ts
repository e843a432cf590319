/** Files of Zipkin's Thrift list of spans (WIRE.md 5.5, 6.3), as its v1 endpoint takes them. All of one is at hand. */
import { DecodeError } from '#shared/spans/decode-error.ts'
import { keepWholeRows } from '#shared/spans/keep-whole-rows.ts'
import { ZipkinThriftDecoder } from '#shared/formats/zipkin/zipkin-thrift-decoder.ts'
import type { Reading } from './reading.ts'

/** What collectors take at most in one request is far below. */
const MOST_BYTES = 256 * 1024 * 1024

/** Reads the file. Throws DecodeError with the byte; the spans of before stay. */
export async function readZipkinThrift({ source, run }: Reading): Promise<void> {
  while (await source.fill(0)) {
    if (source.end > MOST_BYTES) throw new DecodeError(`more than ${MOST_BYTES} bytes of Thrift`, '', 0)
  }
  try {
    new ZipkinThriftDecoder('binary').decodeList(source.slice(0, source.end), run.table)
  } catch (error) {
    keepWholeRows(run.table)
    throw error
  }
}
