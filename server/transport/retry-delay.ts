/**
 * The delay that a refusal asks for: `google.rpc.RetryInfo` in the details of a `google.rpc.Status`, as the trailer
 * `grpc-status-details-bin` carries it. https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
 */
import { ProtobufCursor } from '#shared/formats/otlp/protobuf-cursor.ts'
import { decodeText } from '#shared/spans/dictionary.ts'

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo'
/** Longer is not waited for: whoever asks for an hour by mistake would be left without spans for an hour. */
const MOST_DELAY_MS = 60_000

/** Milliseconds, 0 to 60,000, of the first RetryInfo of a Status; undefined without one, and for bytes that are no Status. */
export function readRetryDelayMs(status: Uint8Array): number | undefined {
  const cursor = new ProtobufCursor()
  cursor.open(status)
  let found: number | undefined
  try {
    eachField(cursor, status.length, (tag, end) => {
      if (tag !== 26 || found !== undefined) return false
      found = readAny(cursor, end)
      return true
    })
  } catch {
    return undefined
  }
  return found
}

/**
 * Walks over the fields up to `end`. `take` is handed the tag of each with the end of its bytes (of numbers: `end`) and returns whether it
 * has read it.
 */
function eachField(cursor: ProtobufCursor, end: number, take: (tag: number, end: number) => boolean): void {
  while (cursor.at < end) {
    const tag = cursor.tag(end)
    const { at } = cursor
    const to = (tag & 7) === 2 ? cursor.delimited(end) : end
    if (take(tag, to)) {
      if ((tag & 7) === 2) cursor.at = to
      continue
    }
    cursor.at = at
    cursor.skip(tag, end)
  }
}

/** The delay of an Any that holds a RetryInfo. */
function readAny(cursor: ProtobufCursor, end: number): number | undefined {
  let type = ''
  let delay: number | undefined
  eachField(cursor, end, (tag, to) => {
    if (tag === 10) type = decodeText(cursor.bytes.subarray(cursor.at, to))
    else if (tag === 18) delay = readRetryInfo(cursor, to)
    else return false
    return true
  })
  return type === RETRY_INFO ? delay : undefined
}

function readRetryInfo(cursor: ProtobufCursor, end: number): number | undefined {
  let delay: number | undefined
  const begun = cursor.at
  try {
    eachField(cursor, end, (tag, to) => {
      if (tag !== 10) return false
      delay = readDuration(cursor, to)
      return true
    })
  } catch {
    // The value of an Any of another kind.
    cursor.at = begun
    return undefined
  }
  return delay
}

/** A Duration: seconds and nanoseconds, negative ones as 0. */
function readDuration(cursor: ProtobufCursor, end: number): number {
  let [seconds, nanos] = [0, 0]
  eachField(cursor, end, tag => {
    if (tag !== 8 && tag !== 16) return false
    cursor.varint(end)
    const value = cursor.high * 4294967296 + cursor.low
    if (tag === 8) seconds = cursor.high >= 0x80000000 ? 0 : value
    else nanos = cursor.high === 0 && cursor.low < 1e9 ? value : 0
    return true
  })
  return Math.min(MOST_DELAY_MS, seconds * 1000 + nanos / 1e6)
}
