/**
 * A message sent a second time with the same ids would be a copy of what is stored, and cost something else than to store it: so each sending gets
 * new trace ids, written over the old ones in the encoded message.
 */

/** A message, and where 28 bits of its trace ids are. */
export interface Message {
  readonly bytes: Uint8Array
  readonly write: (at: number, number: number) => void
  readonly places: readonly number[]
}

type Write = (bytes: Uint8Array, at: number, number: number) => void

const HEX = new TextEncoder().encode('0123456789abcdef')
const asHex: Write = (bytes, at, number) => {
  for (let k = 0; k < 7; k++) bytes[at + k] = HEX[(number >>> (24 - 4 * k)) & 15]
}
const asBytes: Write = (bytes, at, number) => {
  for (let k = 0; k < 4; k++) bytes[at + k] = (number >>> (24 - 8 * k)) & 255
}
/** Inside a varint: the bit that says that it goes on stays set. */
const asVarint: Write = (bytes, at, number) => {
  for (let k = 0; k < 4; k++) bytes[at + k] = ((number >>> (7 * k)) & 127) | 128
}

/** Finds the ids (hex of 32 digits) in an encoded message: as hex, as 16 bytes, as Thrift’s number of the last 8, or as its varint. */
export function findTraceIds(bytes: Uint8Array, traceIds: ReadonlySet<string>): Message {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const places: number[] = []
  let write: Write | undefined
  for (const id of traceIds) {
    const raw = Buffer.from(id, 'hex')
    const forms = [
      [Buffer.from(id), 16, asHex],
      [raw, 8, asBytes],
      [raw.subarray(8), 0, asBytes],
      [zigzag(raw.readBigInt64BE(8)), 1, asVarint],
    ] as const
    const form = forms.find(([text]) => buffer.includes(text))
    if (form === undefined || (write !== undefined && write !== form[2])) throw new Error(`trace ${id} is not found`)
    const [text, offset] = form
    write = form[2]
    for (let at = buffer.indexOf(text); at >= 0; at = buffer.indexOf(text, at + text.length)) places.push(at + offset)
  }
  return { bytes, places, write: (at, number) => write?.(bytes, at, number) }
}

/** Makes the spans of a message those of other traces: `number` from 0 to 2^28 - 1. */
export function freshen({ places, write }: Message, number: number): void {
  for (const at of places) write(at, number)
}

function zigzag(value: bigint): Buffer {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  const bytes: number[] = []
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}
