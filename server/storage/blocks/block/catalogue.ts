/**
 * The catalogue of a block: what its numbers mean. Texts, resources, scopes, columns, attribute lists and pairs; read whole by the first
 * question that needs more than a trace's fingerprint.
 */
import { type AttributeType, isDictionaryType } from '#shared/spans/attribute-value.ts'
import { decodeText } from '#shared/spans/dictionary.ts'
import { OWNER_KINDS, type OwnerKind } from './block-format.ts'
import type { ByteReader } from './bytes.ts'

/** A text and its bytes; `text` decodes when first asked. */
export class BlockTexts {
  readonly #bytes: readonly Uint8Array[]
  readonly #texts: (string | undefined)[] = []

  constructor(bytes: readonly Uint8Array[]) {
    this.#bytes = bytes
  }

  get size(): number {
    return this.#bytes.length
  }
  bytes(number: number): Uint8Array {
    const bytes = this.#bytes[number]
    if (bytes === undefined) throw new Error(`text ${number} of ${this.#bytes.length}`)
    return bytes
  }
  text(number: number): string {
    return (this.#texts[number] ??= decodeText(this.bytes(number)))
  }
}

/** An attribute of a resource or scope: 4 numbers each (key, type, low, high); `low` is a text number for byte strings. */
export type FlatAttributes = readonly number[]

export interface BlockResource {
  /** Text number of the service, or -1. */
  readonly service: number
  readonly schemaUrl: number
  readonly dropped: number
  readonly attributes: FlatAttributes
}

export interface BlockScope {
  readonly name: number
  readonly version: number
  readonly schemaUrl: number
  readonly dropped: number
  readonly attributes: FlatAttributes
}

export interface BlockColumn {
  readonly key: number
  readonly type: AttributeType
  readonly occurrence: number
  readonly role: number
  readonly store: number
  readonly distinct: number
}

export interface OwnerCatalogue {
  readonly columns: readonly BlockColumn[]
  readonly lists: readonly Uint16Array[]
}

/** Of rows: what a pair number stands for. Parallel arrays. */
export interface RowPairs {
  readonly count: number
  /** Text number of the service, or -1. */
  readonly service: Int32Array
  readonly name: Uint32Array
  readonly kind: Uint8Array
  readonly scope: Uint32Array
  readonly list: Uint16Array
  /** How many rows have the pair. */
  readonly rows: Uint32Array
}

export interface Catalogue {
  readonly texts: BlockTexts
  readonly resources: readonly BlockResource[]
  /** How many rows have each. */
  readonly resourceRows: Uint32Array
  readonly scopes: readonly BlockScope[]
  readonly owners: Readonly<Record<OwnerKind, OwnerCatalogue>>
  readonly pairs: RowPairs
  /** Event name and list of each event pair. */
  readonly eventPairs: { readonly name: Uint32Array; readonly list: Uint16Array }
}

export function readCatalogue(from: ByteReader): Catalogue & { readonly byteLength: number } {
  let weight = 0
  const texts = new BlockTexts(
    Array.from({ length: from.count() }, () => {
      const bytes = from.bytes()
      weight += bytes.length + 64
      return bytes
    }),
  )
  const number = (below: number, what: string): number => {
    const value = from.number()
    if (value >= below) throw new Error(`${what} ${value} of ${below}`)
    return value
  }
  const text = (): number => number(texts.size, 'text')
  const attributes = (): FlatAttributes => {
    const flat: number[] = []
    for (let left = from.count(); left > 0; left--) {
      const key = text()
      const type = number(8, 'type')
      if (isDictionaryType(type)) flat.push(key, type, text(), 0)
      else flat.push(key, type, from.word(), from.word())
    }
    weight += flat.length * 8
    return flat
  }
  const resources = Array.from({ length: from.count() }, (): BlockResource => {
    const [service, schemaUrl, dropped] = [number(texts.size + 1, 'service') - 1, text(), from.number()]
    return { service, schemaUrl, dropped, attributes: attributes() }
  })
  const scopes = Array.from({ length: from.count() }, (): BlockScope => {
    const [name, version, schemaUrl, dropped] = [text(), text(), text(), from.number()]
    return { name, version, schemaUrl, dropped, attributes: attributes() }
  })
  const owners = {} as Record<OwnerKind, OwnerCatalogue>
  for (const kind of OWNER_KINDS) {
    const columns = Array.from({ length: from.count() }, (): BlockColumn => {
      const [key, type, occurrence] = [text(), number(8, 'type') as AttributeType, from.number()]
      return { key, type, occurrence, role: from.number(), store: from.number(), distinct: from.number() }
    })
    const lists = Array.from({ length: from.count() }, () =>
      Uint16Array.from({ length: from.count() }, () => number(columns.length, 'column')),
    )
    owners[kind] = { columns, lists }
    weight += columns.length * 100 + lists.length * 100
  }
  const count = from.count()
  const service = Int32Array.from({ length: count }, () => number(texts.size + 1, 'service') - 1)
  const name = Uint32Array.from({ length: count }, text)
  const kind = Uint8Array.from({ length: count }, () => from.number())
  const scope = Uint32Array.from({ length: count }, () => number(scopes.length, 'scope'))
  const list = Uint16Array.from({ length: count }, () => number(owners.rows.lists.length, 'list'))
  const events = from.count()
  const eventName = Uint32Array.from({ length: events }, text)
  const eventList = Uint16Array.from({ length: events }, () => number(owners.events.lists.length, 'list'))
  const counts = (length: number): Uint32Array => Uint32Array.from({ length }, () => from.number())
  const [resourceRows, rows] = [counts(resources.length), counts(count)]
  return {
    texts,
    resources,
    resourceRows,
    scopes,
    owners,
    pairs: { count, service, name, kind, scope, list, rows },
    eventPairs: { name: eventName, list: eventList },
    byteLength: weight + count * 16 + events * 8,
  }
}
