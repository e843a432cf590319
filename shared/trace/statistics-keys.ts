/** By what spans are put together: a number for each span's group, and what each group is called. */
import { decodeAnyValue } from '#shared/spans/any-value.ts'
import {
  ATTRIBUTE_BOOL,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_INT,
  ATTRIBUTE_STRING,
  type AttributeType,
  type AttributeValue,
  doubleOf,
  intOf,
} from '#shared/spans/attribute-value.ts'
import type { Attributes } from '#shared/spans/attributes.ts'
import type { Dictionary } from '#shared/spans/dictionary.ts'
import { type Numbers, SPAN_KINDS, STATUS_CODES } from '#shared/spans/span-table.ts'
import { BREATH, type SlicedWork } from './sliced-work.ts'
import type { Trace } from './trace.ts'

/** `attribute`: of the span, else of its resource; the first value where a key repeats. */
export type GroupBy =
  | { readonly kind: 'service' | 'name' | 'kind' | 'status' }
  | { readonly kind: 'attribute'; readonly key: string }

export interface SpanGroups {
  /** Group of each span, by span. */
  readonly keys: Numbers
  /** How many groups; each has a span. */
  readonly count: number
  /** What a group is called; undefined for the spans that have no such attribute, or no service name. */
  readonly labels: readonly (string | undefined)[]
}

/** One pass over the spans. A value is told from another by its text: the number 5 and the text `5` are one group. */
export function* spanGroups(trace: Trace, by: GroupBy): SlicedWork<SpanGroups> {
  const { table, row, size } = trace
  switch (by.kind) {
    case 'service':
      return { keys: trace.service, count: trace.services.length, labels: trace.services }
    case 'name':
      return yield* compacted(
        size,
        i => table.name[row[i]],
        id => table.dictionary.text(id),
      )
    case 'kind':
      return yield* compacted(
        size,
        i => table.kind[row[i]],
        number => SPAN_KINDS[number] ?? SPAN_KINDS[0],
      )
    case 'status':
      return yield* compacted(
        size,
        i => table.status[row[i]],
        number => STATUS_CODES[number] ?? STATUS_CODES[0],
      )
    case 'attribute': {
      const { valueOfRow, labels } = yield* attributeValues(trace, by.key)
      return yield* compacted(
        size,
        i => valueOfRow[row[i]],
        value => labels[value],
      )
    }
  }
}

function* compacted(
  size: number,
  raw: (span: number) => number,
  text: (raw: number) => string | undefined,
): SlicedWork<SpanGroups> {
  const keys = new Uint32Array(size)
  const numbers = new Map<number, number>()
  const labels: (string | undefined)[] = []
  for (let i = 0; i < size; i++) {
    const value = raw(i)
    let number = numbers.get(value)
    if (number === undefined) {
      number = numbers.size
      numbers.set(value, number)
      labels.push(text(value))
    }
    keys[i] = number
    if ((i & BREATH) === BREATH) yield
  }
  return { keys, count: labels.length, labels }
}

/** Number of a value by row, 0 for none, and the texts of the values by number. */
function* attributeValues(
  { table }: Trace,
  key: string,
): SlicedWork<{ readonly valueOfRow: Uint32Array; readonly labels: readonly (string | undefined)[] }> {
  const { dictionary, rowCount } = table
  const id = dictionary.find(key)
  const labels: (string | undefined)[] = [undefined]
  const valueOfRow = new Uint32Array(rowCount)
  if (id < 0) return { valueOfRow, labels }
  const byText = new Map<string, number>()
  const byWords = new Map<string | number, number>()
  const numberOf = (type: AttributeType, low: number, high: number): number => {
    const words = type === ATTRIBUTE_STRING ? low : `${type} ${low} ${high}`
    const known = byWords.get(words)
    if (known !== undefined) return known
    const text = attributeText(dictionary, type, low, high)
    const number = byText.get(text) ?? labels.length
    if (number === labels.length) {
      labels.push(text)
      byText.set(text, number)
    }
    byWords.set(words, number)
    return number
  }
  const fill = (attributes: Attributes, into: Uint32Array): void =>
    attributes.forKey(id, (owner, type, low, high) => {
      if (owner < into.length && into[owner] === 0) into[owner] = numberOf(type, low, high)
    })
  fill(table.attributes, valueOfRow)
  yield
  const ofResource = new Uint32Array(table.resourceCount)
  fill(table.resourceAttributes, ofResource)
  for (let r = 0; r < rowCount; r++) {
    if (valueOfRow[r] === 0) valueOfRow[r] = ofResource[table.resource[r]] ?? 0
    if ((r & BREATH) === BREATH) yield
  }
  return { valueOfRow, labels }
}

/** The text of an attribute of a span (dictionary id of its key), else of its resource; undefined when neither has it. */
export function attributeOfSpan({ table, row }: Trace, span: number, key: number): string | undefined {
  let text: string | undefined
  const take = (attributes: Attributes, owner: number): void =>
    attributes.firstOf(owner, key, (type, low, high) => {
      text = attributeText(table.dictionary, type, low, high)
    })
  take(table.attributes, row[span])
  if (text === undefined) take(table.resourceAttributes, table.resource[row[span]])
  return text
}

/** A value as one line: strings bare, numbers exact, arrays and maps as JSON, bytes in hex. */
export function attributeText(dictionary: Dictionary, type: AttributeType, low: number, high: number): string {
  switch (type) {
    case ATTRIBUTE_STRING:
      return dictionary.text(low)
    case ATTRIBUTE_BOOL:
      return low === 0 ? 'false' : 'true'
    case ATTRIBUTE_INT:
      return String(intOf(low, high))
    case ATTRIBUTE_DOUBLE:
      return String(doubleOf(low, high))
    default: {
      const value = decodeAnyValue(dictionary, type, low, high)
      return value.type === 'bytes' ? hex(value.value) : value.type === 'empty' ? '' : JSON.stringify(plain(value))
    }
  }
}

/** Nesting is at most 100 deep (any-value.ts), so recursion is safe here. A map is a list of pairs: keys may repeat. */
function plain(value: AttributeValue): unknown {
  switch (value.type) {
    case 'empty':
      return null
    case 'int':
      return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : String(value.value)
    case 'bytes':
      return hex(value.value)
    case 'array':
      return value.values.map(plain)
    case 'map':
      return value.entries.map(({ key, value: inner }) => [key, plain(inner)])
    default:
      return value.value
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

export interface AttributeKey {
  readonly key: string
  /** Values under it, on spans and resources. */
  readonly count: number
  /** Of these on spans. */
  readonly onSpans: number
}

/** Keys of the spans and of their resources, those with the most values first, then by name. */
export function attributeKeys({ table }: Trace): readonly AttributeKey[] {
  const counts = new Map<number, { all: number; onSpans: number }>()
  const add = (attributes: Attributes, ofSpans: boolean): void => {
    for (const { key, count } of attributes.keys()) {
      const known = counts.get(key) ?? { all: 0, onSpans: 0 }
      known.all += count
      if (ofSpans) known.onSpans += count
      counts.set(key, known)
    }
  }
  add(table.attributes, true)
  add(table.resourceAttributes, false)
  return [...counts]
    .map(([id, { all, onSpans }]) => ({ key: table.dictionary.text(id), count: all, onSpans }))
    .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1))
}
