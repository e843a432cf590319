/** The dictionary of a received table: entries that came in several sections, each a range of ids or a list of them. */
import { DecodeError } from '#shared/spans/decode-error.ts'
import { decodeText, type Dictionary, encodeText } from '#shared/spans/dictionary.ts'
import { type FoldedText, holdsFolded, holdsInAscii, isAscii, isFolded } from '#shared/spans/folded-text.ts'
import type { ReceivedSection } from './sections.ts'

/** Form of a dictionary section whose ids are listed. */
export const FORM_LISTED = 1

export interface DictionarySegment {
  readonly first: number
  readonly count: number
  /** Ascending; undefined: `first`, `first + 1`, … */
  readonly ids: Uint32Array | undefined
  /** count + 1 of them into `bytes`. */
  readonly offsets: Uint32Array
  readonly bytes: Uint8Array
}

/** Views a received dictionary section. DecodeError when ids or offsets are not what they must be. */
export function readDictionarySegment(section: ReceivedSection): DictionarySegment {
  const { first, count, form, payload, offset } = section
  const problem = (text: string) => new DecodeError(text, 'dictionary', offset)
  if (form > FORM_LISTED) throw problem(`form ${form}; expected 0 or 1`)
  const listed = form === FORM_LISTED
  const words = (listed ? count : 0) + count + 1
  if (payload.length < words * 4) throw problem(`${payload.length} bytes for ${count} entries`)
  if (first + count > 0xffffffff) throw problem(`ids from ${first}, ${count} of them`)
  const ids = listed ? new Uint32Array(payload.buffer, payload.byteOffset, count) : undefined
  const offsets = new Uint32Array(payload.buffer, payload.byteOffset + (listed ? count * 4 : 0), count + 1)
  const bytes = payload.subarray(words * 4)
  for (let i = 0; i < count; i++) {
    if (offsets[i + 1] < offsets[i]) throw problem('offsets that do not ascend')
    if (ids !== undefined && i > 0 && ids[i] <= ids[i - 1]) throw problem('ids that do not ascend')
  }
  if (offsets[0] !== 0 || offsets[count] !== bytes.length) {
    throw problem(`texts up to byte ${offsets[count]}; there are ${bytes.length} bytes`)
  }
  return { first, count, ids, offsets, bytes }
}

export class SegmentedDictionary implements Dictionary {
  /** One more than the highest id that has come; ids of sections that have not come may be missing below. */
  readonly size: number
  readonly segments: readonly DictionarySegment[]
  readonly #texts = new Map<number, string>()
  /** By segment, once it is asked: whether all of its bytes are. */
  readonly #ascii: boolean[] = []

  constructor(segments: readonly DictionarySegment[]) {
    this.segments = segments
    let size = 1
    for (const { first, count, ids } of segments) {
      if (count > 0) size = Math.max(size, (ids === undefined ? first + count - 1 : ids[count - 1]) + 1)
    }
    this.size = size
  }

  /** Whether the entry has come. */
  has(id: number): boolean {
    return id === 0 || this.segments.some(segment => indexIn(segment, id) >= 0)
  }

  text(id: number): string {
    const known = this.#texts.get(id)
    if (known !== undefined) return known
    const text = decodeText(this.#view(id))
    this.#texts.set(id, text)
    return text
  }

  bytes(id: number): Uint8Array {
    return this.#view(id).slice()
  }

  /** False for an entry that has not come. */
  holds(id: number, wanted: FoldedText): boolean {
    // No view of each entry: a million of them keep the collector busy.
    for (let s = 0; s < this.segments.length; s++) {
      const segment = this.segments[s]
      const i = indexIn(segment, id)
      if (i < 0) continue
      const { bytes, offsets } = segment
      if ((this.#ascii[s] ??= isAscii(bytes))) return holdsInAscii(bytes, offsets[i], offsets[i + 1], wanted)
      return holdsFolded(bytes, offsets[i], offsets[i + 1], wanted) ?? this.text(id).toLowerCase().includes(wanted.text)
    }
    return id === 0 && wanted.text === ''
  }

  /** False for an entry that has not come. */
  is(id: number, wanted: FoldedText): boolean {
    for (const segment of this.segments) {
      const i = indexIn(segment, id)
      if (i < 0) continue
      const { bytes, offsets } = segment
      return isFolded(bytes, offsets[i], offsets[i + 1], wanted) ?? this.text(id).toLowerCase() === wanted.text
    }
    return id === 0 && wanted.text === ''
  }

  find(text: string): number {
    if (text === '') return 0
    const wanted = encodeText(text)
    for (const { first, count, ids, offsets, bytes } of this.segments) {
      for (let i = 0; i < count; i++) {
        if (offsets[i + 1] - offsets[i] === wanted.length && equalAt(bytes, offsets[i], wanted)) {
          return ids === undefined ? first + i : ids[i]
        }
      }
    }
    return -1
  }

  #view(id: number): Uint8Array {
    if (id === 0) return NO_BYTES
    for (const segment of this.segments) {
      const i = indexIn(segment, id)
      if (i >= 0) return segment.bytes.subarray(segment.offsets[i], segment.offsets[i + 1])
    }
    throw new RangeError(`dictionary id ${id} of ${this.size} is not among what was received`)
  }
}

const NO_BYTES = new Uint8Array(0)

function indexIn({ first, count, ids }: DictionarySegment, id: number): number {
  if (ids === undefined) return id >= first && id < first + count ? id - first : -1
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ids[middle] < id) low = middle + 1
    else high = middle
  }
  return low < count && ids[low] === id ? low : -1
}

function equalAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false
  return true
}
