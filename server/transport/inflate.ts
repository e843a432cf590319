/**
 * Unpacks bodies, capped: whatever the bytes claim, no more is allocated than the limit and a hundred times what was sent. Synchronous:
 * in a thread that only ingests, handing a body to zlib's threads costs up to twice the processor time.
 */
import { gunzipSync, inflateRawSync, inflateSync, constants, zstdDecompressSync } from 'node:zlib'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { LimitError } from '#server/errors.ts'

/** The encodings taken, as `Content-Encoding` and `grpc-encoding` name them. */
export const encodings = ['identity', 'gzip', 'deflate', 'zstd'] as const
export type Encoding = (typeof encodings)[number]

/** The encoding that a header names (absent and empty: identity); undefined for an unknown one and for several. */
export function parseEncoding(header: string | undefined): Encoding | undefined {
  if (header === undefined || header === '') return 'identity'
  const name = header.trim().toLowerCase()
  return encodings.find(each => each === (name === 'x-gzip' ? 'gzip' : name))
}

/** Above this size a body may not unpack to more than a hundred times its bytes: real spans pack 6 to 20 times. */
const ratioFrom = 2 ** 20
const maxRatio = 100

/**
 * The bytes within `packed`. Throws LimitError when they are more than `maxBytes` or the ratio allows, DecodeError when they are not
 * what `encoding` says or end early. `reserve` is asked before memory is taken, with the bytes about to be allocated.
 */
export function inflate(
  packed: Uint8Array,
  encoding: Encoding,
  maxBytes: number,
  reserve: (bytes: number) => void,
): Uint8Array {
  if (encoding === 'identity') return packed
  const byRatio = Math.max(ratioFrom, packed.length * maxRatio)
  const cap = Math.min(maxBytes, byRatio)
  const claimed = Math.min(cap, sizeHint(packed, encoding) ?? packed.length * 8)
  reserve(claimed)
  try {
    return unpack(packed, encoding, claimed)
  } catch (error) {
    if (!isTooLarge(error)) throw new DecodeError(`body is not ${encoding}: ${(error as Error).message}`)
  }
  // More than it said: an unusual frame, several of them, or a bomb. Once more, with all that may be.
  try {
    if (claimed < cap) {
      reserve(cap - claimed)
      return unpack(packed, encoding, cap)
    }
  } catch (error) {
    if (!isTooLarge(error)) throw new DecodeError(`body is not ${encoding}: ${(error as Error).message}`)
  }
  throw byRatio < maxBytes
    ? new LimitError(
        `body of ${packed.length} bytes unpacks to more than ${cap}, expected at most ${maxRatio} times its size`,
        'inflate-ratio',
      )
    : new LimitError(`body unpacks to more than ${maxBytes} bytes (max-request-bytes)`, 'max-request-bytes')
}

function unpack(packed: Uint8Array, encoding: Encoding, most: number): Uint8Array {
  const options = {
    maxOutputLength: Math.max(1, most),
    // One piece for an honest body; one byte more tells zlib that the end was reached.
    chunkSize: Math.max(64, most + 16),
  }
  switch (encoding) {
    case 'gzip':
      return gunzipSync(packed, options)
    case 'deflate':
      // HTTP means zlib's form; some senders leave its header out.
      return (packed[0] & 0x0f) === 8 && ((packed[0] << 8) | packed[1]) % 31 === 0
        ? inflateSync(packed, options)
        : inflateRawSync(packed, options)
    case 'zstd':
      return zstdDecompressSync(packed, {
        ...options,
        // The window is memory too: none larger than what may come out.
        params: { [constants.ZSTD_d_windowLogMax]: Math.min(27, Math.max(20, Math.ceil(Math.log2(most + 1)))) },
      })
    default:
      return packed
  }
}

function isTooLarge(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
}

/** What the bytes say of their unpacked size, true or not: the last four of gzip, the frame header of zstd. */
function sizeHint(packed: Uint8Array, encoding: Encoding): number | undefined {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  if (encoding === 'gzip' && packed.length >= 18) return view.getUint32(packed.length - 4, true)
  if (encoding !== 'zstd' || packed.length < 14 || view.getUint32(0, true) !== 0xfd2fb528) return undefined
  const descriptor = packed[4]
  const single = (descriptor >> 5) & 1
  const at = 5 + (single === 1 ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]
  switch (descriptor >> 6) {
    case 0:
      return single === 1 ? packed[at] : undefined
    case 1:
      return view.getUint16(at, true) + 256
    case 2:
      return at + 4 <= packed.length ? view.getUint32(at, true) : undefined
    default:
      return at + 8 <= packed.length ? Number(view.getBigUint64(at, true)) : undefined
  }
}
