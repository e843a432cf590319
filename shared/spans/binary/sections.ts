/**
 * The binary form of a span table (`application/vnd.spoor.spans; v=0`): what the server sends and the screen draws.
 *
 *   stream   = header, sections…, end section. Several streams may follow each other; everything little-endian.
 *   header   = "SPNS", u32 version (0)
 *   section  = u16 kind, u8 value type, u8 form, u32 first, u32 count, u32 key, u32 payload length, u32 CRC-32 of the
 *              20 bytes before and the payload; then the payload, padded with zeros to a multiple of 8
 *
 * So every payload begins at a multiple of 8 of its stream, and the decoder's numbers are views on the received bytes.
 * `first` and `count` are the range of owners (rows, events, links, resources, scopes, dictionary ids) that a section
 * speaks of. A reader skips kinds that it does not know. A column that is all zero is left out.
 *
 * Sections come in groups that can be sent apart: `core` is what a timeline needs. Streams of one table share its
 * fingerprint (in the contents section), so that attributes of a table that changed meanwhile are not taken for those
 * of the one on screen. Ids of dictionary, resources and scopes are numbered by first use, core first: they depend on
 * the content of the rows in their order and on nothing else.
 */
import { DecodeError } from '#shared/spans/decode-error.ts'
import { crc32 } from './crc32.ts'

/** What can be sent apart. `details`: status messages, trace states, flags, dropped counts, marks. */
export const SECTION_GROUPS = ['core', 'details', 'attributes', 'events', 'links'] as const
export type SectionGroup = (typeof SECTION_GROUPS)[number]

/** Whose entries a column holds. */
export const OWNERS = ['rows', 'events', 'links', 'resources', 'scopes'] as const
export type Owner = (typeof OWNERS)[number]
export type OwnerCounts = { -readonly [O in Owner]: number }

export const STREAM_HEADER_BYTES = 8
export const SECTION_HEADER_BYTES = 24
/** "SPNS" */
export const MAGIC = 0x534e5053
export const VERSION = 0

/** u32: fingerprint, groups held whole (bit i: SECTION_GROUPS[i]), counts of OWNERS, zero. Once a stream, first. */
export const KIND_CONTENTS = 1
/** Dictionary entries `first` … `first + count`, or with form 1 of the ids listed: [ids], count + 1 offsets, bytes. */
export const KIND_DICTIONARY = 2
/** `count` sections came before it in this stream. No payload. */
export const KIND_END = 3
/** The one trace id of all rows, instead of a column of them. */
export const KIND_ONE_TRACE_ID = 4

/** What the words of a column refer to. */
export type Refers = 'dictionary' | 'service' | 'resources' | 'scopes' | 'end:events' | 'end:links' | undefined

export interface ColumnSection {
  readonly kind: number
  readonly column: string
  readonly owner: Owner
  readonly group: SectionGroup
  readonly element: 'u8' | 'u32'
  /** Elements an owner. */
  readonly width: number
  readonly refers: Refers
  /** Never left out while there are owners: what a reader sizes its zeros by. */
  readonly required: boolean
}

const column = (
  kind: number,
  group: SectionGroup,
  owner: Owner,
  element: 'u8' | 'u32',
  width: number,
  refers?: Refers,
  required = false,
) => ({ kind, group, owner, element, width, refers, required }) as const

const COLUMNS = {
  traceId: column(16, 'core', 'rows', 'u32', 4),
  spanId: column(17, 'core', 'rows', 'u32', 2, undefined, true),
  parentSpanId: column(18, 'core', 'rows', 'u32', 2),
  startTime: column(19, 'core', 'rows', 'u32', 2, undefined, true),
  endTime: column(20, 'core', 'rows', 'u32', 2, undefined, true),
  name: column(21, 'core', 'rows', 'u32', 1, 'dictionary', true),
  kind: column(22, 'core', 'rows', 'u8', 1),
  status: column(23, 'core', 'rows', 'u8', 1),
  resource: column(24, 'core', 'rows', 'u32', 1, 'resources'),
  scope: column(25, 'core', 'rows', 'u32', 1, 'scopes'),
  resourceService: column(26, 'core', 'resources', 'u32', 1, 'service', true),
  resourceSchemaUrl: column(27, 'core', 'resources', 'u32', 1, 'dictionary'),
  resourceDroppedAttributes: column(28, 'core', 'resources', 'u32', 1),
  scopeName: column(29, 'core', 'scopes', 'u32', 1, 'dictionary', true),
  scopeVersion: column(30, 'core', 'scopes', 'u32', 1, 'dictionary'),
  scopeSchemaUrl: column(31, 'core', 'scopes', 'u32', 1, 'dictionary'),
  scopeDroppedAttributes: column(32, 'core', 'scopes', 'u32', 1),

  marks: column(40, 'details', 'rows', 'u8', 1),
  statusMessage: column(41, 'details', 'rows', 'u32', 1, 'dictionary'),
  traceState: column(42, 'details', 'rows', 'u32', 1, 'dictionary'),
  flags: column(43, 'details', 'rows', 'u32', 1),
  droppedAttributes: column(44, 'details', 'rows', 'u32', 1),
  droppedEvents: column(45, 'details', 'rows', 'u32', 1),
  droppedLinks: column(46, 'details', 'rows', 'u32', 1),

  eventEnd: column(50, 'events', 'rows', 'u32', 1, 'end:events'),
  eventTime: column(51, 'events', 'events', 'u32', 2, undefined, true),
  eventName: column(52, 'events', 'events', 'u32', 1, 'dictionary'),
  eventDroppedAttributes: column(53, 'events', 'events', 'u32', 1),

  linkEnd: column(60, 'links', 'rows', 'u32', 1, 'end:links'),
  linkTraceId: column(61, 'links', 'links', 'u32', 4),
  linkSpanId: column(62, 'links', 'links', 'u32', 2, undefined, true),
  linkTraceState: column(63, 'links', 'links', 'u32', 1, 'dictionary'),
  linkFlags: column(64, 'links', 'links', 'u32', 1),
  linkDroppedAttributes: column(65, 'links', 'links', 'u32', 1),
} as const

export type SectionColumn = keyof typeof COLUMNS
export const COLUMN_SECTIONS: readonly (ColumnSection & { readonly column: SectionColumn })[] = Object.entries(
  COLUMNS,
).map(([name, spec]) => ({ column: name as SectionColumn, ...spec }))

/** One attribute key and type of one kind of owner; the payload's parts stand in attribute-columns.ts. */
export const ATTRIBUTE_SECTIONS = [
  { kind: 80, owner: 'rows', group: 'attributes', property: 'attributes' },
  { kind: 81, owner: 'events', group: 'events', property: 'eventAttributes' },
  { kind: 82, owner: 'links', group: 'links', property: 'linkAttributes' },
  { kind: 83, owner: 'resources', group: 'core', property: 'resourceAttributes' },
  { kind: 84, owner: 'scopes', group: 'core', property: 'scopeAttributes' },
] as const satisfies readonly { kind: number; owner: Owner; group: SectionGroup; property: string }[]

export interface SectionHeader {
  readonly kind: number
  readonly valueType: number
  readonly form: number
  readonly first: number
  readonly count: number
  readonly key: number
}

export interface ReceivedSection extends SectionHeader {
  readonly payload: Uint8Array
  /** Byte offset of the payload in the input, for messages. */
  readonly offset: number
}

/** Throws on a machine whose numbers are big-endian: the columns are views on little-endian bytes. */
export function requireLittleEndian(): void {
  if (new Uint8Array(Uint32Array.of(1).buffer)[0] !== 1) throw new Error('big-endian machines are not supported')
}

/** The first 8 bytes of a stream. */
export function streamHeader(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(STREAM_HEADER_BYTES)
  new Uint32Array(bytes.buffer).set([MAGIC, VERSION])
  return bytes
}

/** One section. `payload` is a list of arrays that stand one after the other. */
export function encodeSection(header: SectionHeader, payload: readonly ArrayBufferView[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const piece of payload) length += piece.byteLength
  const bytes = new Uint8Array(SECTION_HEADER_BYTES + ((length + 7) & ~7))
  const view = new DataView(bytes.buffer)
  view.setUint16(0, header.kind, true)
  bytes[2] = header.valueType
  bytes[3] = header.form
  view.setUint32(4, header.first, true)
  view.setUint32(8, header.count, true)
  view.setUint32(12, header.key, true)
  view.setUint32(16, length, true)
  let at = SECTION_HEADER_BYTES
  for (const piece of payload) {
    bytes.set(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength), at)
    at += piece.byteLength
  }
  view.setUint32(20, checksum(bytes, length), true)
  return bytes
}

function checksum(section: Uint8Array, length: number): number {
  const ofHeader = crc32(section.subarray(0, 20))
  return crc32(section.subarray(SECTION_HEADER_BYTES, SECTION_HEADER_BYTES + length), ofHeader)
}

/**
 * The sections of one or more streams, checked: magic, version, lengths, checksums, padding, order and end. A section
 * may not be cut in two by the parts. DecodeError with the byte offset, counted through all parts, otherwise.
 */
export function readSections(parts: readonly Uint8Array[]): ReceivedSection[] {
  const sections: ReceivedSection[] = []
  let inStream = false
  let ofStream = 0
  let offset = 0
  for (const received of parts) {
    // Views need their alignment: only a part that stands askew in its memory is copied. (Plain: a Buffer's slice would be no copy.)
    const plain = new Uint8Array(received.buffer, received.byteOffset, received.byteLength)
    const part = plain.byteOffset % 8 === 0 ? plain : plain.slice()
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength)
    let at = 0
    while (at < part.length) {
      const left = part.length - at
      if (!inStream) {
        if (left < STREAM_HEADER_BYTES || view.getUint32(at, true) !== MAGIC) {
          throw new DecodeError('not a span table; expected it to begin with "SPNS"', '', offset + at)
        }
        const version = view.getUint32(at + 4, true)
        if (version !== VERSION) {
          throw new DecodeError(`span table of version ${version}; expected ${VERSION}`, '', offset + at + 4)
        }
        inStream = true
        ofStream = 0
        at += STREAM_HEADER_BYTES
        continue
      }
      if (left < SECTION_HEADER_BYTES) throw new DecodeError(`a section header cut at ${left} bytes`, '', offset + at)
      const length = view.getUint32(at + 16, true)
      const padded = Math.ceil(length / 8) * 8
      if (padded > left - SECTION_HEADER_BYTES) {
        const message = `a section of ${length} bytes; ${left - SECTION_HEADER_BYTES} are left`
        throw new DecodeError(message, '', offset + at + 16)
      }
      const whole = part.subarray(at, at + SECTION_HEADER_BYTES + padded)
      if (checksum(whole, length) !== view.getUint32(at + 20, true)) {
        throw new DecodeError('a section that does not match its checksum', '', offset + at)
      }
      for (let i = SECTION_HEADER_BYTES + length; i < whole.length; i++) {
        if (whole[i] !== 0) throw new DecodeError('padding that is not zero', '', offset + at + i)
      }
      const section: ReceivedSection = {
        kind: view.getUint16(at, true),
        valueType: whole[2],
        form: whole[3],
        first: view.getUint32(at + 4, true),
        count: view.getUint32(at + 8, true),
        key: view.getUint32(at + 12, true),
        payload: whole.subarray(SECTION_HEADER_BYTES, SECTION_HEADER_BYTES + length),
        offset: offset + at + SECTION_HEADER_BYTES,
      }
      if ((ofStream === 0) !== (section.kind === KIND_CONTENTS)) {
        throw new DecodeError('a stream has one contents section, first', '', offset + at)
      }
      if (section.kind === KIND_END) {
        if (section.count !== ofStream) {
          throw new DecodeError(`${ofStream} sections; the end says ${section.count}`, '', offset + at)
        }
        inStream = false
      } else sections.push(section)
      ofStream++
      at += whole.length
    }
    offset += part.length
  }
  if (inStream) throw new DecodeError('the span table is cut off: it has no end section', '', offset)
  return sections
}
