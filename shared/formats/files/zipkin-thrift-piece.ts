/** Files of Zipkin's Thrift list of spans (WIRE.md 5.5, 6.3), as its v1 endpoint takes them. All of one is at hand. */
import { doubleOf, type AttributeValue } from '#shared/spans/attribute-value.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { decodeText } from '#shared/spans/dictionary.ts'
import { BinaryCursor } from '#shared/formats/thrift/binary-cursor.ts'
import { LIST, STOP, STRUCT } from '#shared/formats/thrift/thrift-cursor.ts'
import { type V1Annotation, type V1Binary, v1Parts } from '#shared/formats/zipkin/read-v1.ts'
import { addZipkinSpan, type ZipkinEndpoint, type ZipkinSpan } from '#shared/formats/zipkin/zipkin-span.ts'
import { swapBytes } from '#shared/formats/wire-times.ts'
import { bareMessage, type Reading } from './reading.ts'

/** What collectors take at most in one request is far below. */
const MOST_BYTES = 256 * 1024 * 1024

/** Reads the file. Throws DecodeError with the byte; the spans of before stay. */
export async function readZipkinThrift(reading: Reading): Promise<void> {
  const { source, run } = reading
  reading.countRejected = false
  while (await source.fill(0)) {
    if (source.end > MOST_BYTES) throw new DecodeError(`more than ${MOST_BYTES} bytes of Thrift`, '', 0)
  }
  const cursor = new BinaryCursor()
  cursor.open(source.slice(0, source.end))
  cursor.readListHead()
  const { elementType, elementCount } = cursor
  if (elementType !== STRUCT) cursor.fail('a list of something else; expected spans', 0)
  for (let i = 0; i < elementCount; i++) {
    const at = cursor.at
    const mark = run.table.mark()
    const span = readSpan(cursor)
    try {
      addZipkinSpan(run.table, span, `[${i}]`)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      run.table.rollback(mark)
      reading.passOver(bareMessage(error), at)
    }
    await run.turn()
  }
}

function readSpan(cursor: BinaryCursor): ZipkinSpan {
  const traceId = new Uint32Array(4)
  const id = new Uint32Array(2)
  const parentId = new Uint32Array(2)
  const annotations: V1Annotation[] = []
  const binaries: V1Binary[] = []
  let name = ''
  let timestamp: bigint | undefined
  let duration: bigint | undefined
  let debug = false
  forFields(cursor, (field, type) => {
    if (field === 1) setId(cursor, traceId, 2)
    else if (field === 3) name = readText(cursor)
    else if (field === 4) setId(cursor, id, 0)
    else if (field === 5) setId(cursor, parentId, 0)
    else if (field === 6 && type === LIST) forElements(cursor, () => annotations.push(readAnnotation(cursor)))
    else if (field === 8 && type === LIST) forElements(cursor, () => binaries.push(readBinary(cursor)))
    else if (field === 9) debug = cursor.readBool()
    else if (field === 10) timestamp = readI64(cursor)
    else if (field === 11) duration = readI64(cursor)
    else if (field === 12) setId(cursor, traceId, 0)
    else cursor.skip(type)
  })
  return { traceId, id, parentId, name, debug, ...v1Parts(annotations, binaries, timestamp, duration) }
}

function readAnnotation(cursor: BinaryCursor): V1Annotation {
  let timestamp = 0n
  let value = ''
  let endpoint: ZipkinEndpoint | undefined
  forFields(cursor, (field, type) => {
    if (field === 1) timestamp = readI64(cursor)
    else if (field === 2) value = readText(cursor)
    else if (field === 3) endpoint = readEndpoint(cursor)
    else cursor.skip(type)
  })
  return { timestamp, value, endpoint }
}

function readBinary(cursor: BinaryCursor): V1Binary {
  let key = ''
  let type = 6
  let bytes = new Uint8Array(0)
  let endpoint: ZipkinEndpoint | undefined
  forFields(cursor, (field, fieldType) => {
    if (field === 1) key = readText(cursor)
    else if (field === 2) {
      cursor.readText()
      bytes = cursor.bytes.slice(cursor.textAt, cursor.textAt + cursor.textLength)
    } else if (field === 3) type = cursor.readI32()
    else if (field === 4) endpoint = readEndpoint(cursor)
    else cursor.skip(fieldType)
  })
  return { key, value: valueOf(type, bytes), endpoint }
}

/** Numbers are big-endian; a value of another length than its type's is shown as bytes. */
function valueOf(type: number, bytes: Uint8Array<ArrayBuffer>): AttributeValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (type === 0 && bytes.length === 1) return { type: 'bool', value: bytes[0] !== 0 }
  if (type === 2 && bytes.length === 2) return { type: 'int', value: BigInt(view.getInt16(0)) }
  if (type === 3 && bytes.length === 4) return { type: 'int', value: BigInt(view.getInt32(0)) }
  if (type === 4 && bytes.length === 8) return { type: 'int', value: view.getBigInt64(0) }
  if (type === 5 && bytes.length === 8) return { type: 'double', value: doubleOf(view.getUint32(4), view.getUint32(0)) }
  return type === 6 ? { type: 'string', value: decodeText(bytes) } : { type: 'bytes', value: bytes }
}

function readEndpoint(cursor: BinaryCursor): ZipkinEndpoint {
  let serviceName = ''
  let ip = ''
  let port = 0
  forFields(cursor, (field, type) => {
    if (field === 1) {
      const word = cursor.readI32()
      if (word !== 0) ip = [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255].join('.')
    } else if (field === 2) port = cursor.readI16() & 0xffff
    else if (field === 3) serviceName = readText(cursor)
    else cursor.skip(type)
  })
  return { serviceName, ip, port }
}

function forFields(cursor: BinaryCursor, read: (field: number, type: number) => void): void {
  cursor.enterStruct()
  for (let type = cursor.nextField(); type !== STOP; type = cursor.nextField()) read(cursor.fieldId, type)
  cursor.leaveStruct()
}

function forElements(cursor: BinaryCursor, read: () => void): void {
  cursor.readListHead()
  const { elementType, elementCount } = cursor
  for (let i = 0; i < elementCount; i++) {
    if (elementType === STRUCT) read()
    else cursor.skip(elementType)
  }
}

function readText(cursor: BinaryCursor): string {
  cursor.readText()
  return decodeText(cursor.bytes.subarray(cursor.textAt, cursor.textAt + cursor.textLength))
}

function readI64(cursor: BinaryCursor): bigint {
  cursor.readI64()
  return BigInt.asIntN(64, (BigInt(cursor.high >>> 0) << 32n) | BigInt(cursor.low >>> 0))
}

/** An i64 as two words of an id. */
function setId(cursor: BinaryCursor, words: Uint32Array, at: number): void {
  cursor.readI64()
  words[at] = swapBytes(cursor.high)
  words[at + 1] = swapBytes(cursor.low)
}
