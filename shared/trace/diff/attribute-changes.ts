/** What differs between two spans beside time: attributes of the span and of its resource, status, and events. */
import type { Attribute, AttributeValue } from '#shared/spans/attribute-value.ts'
import type { Span } from '#shared/spans/span.ts'

export interface AttributeChange {
  readonly from: 'span' | 'resource'
  readonly key: string
  /** Undefined: not there. Of a key that stands there more than once, the first. */
  readonly a: AttributeValue | undefined
  readonly b: AttributeValue | undefined
  /** The values look like ids or times of their own: they always differ and rarely say anything. */
  readonly alwaysDiffers: boolean
}

/** Attributes that differ, the span's before its resource's, telling ones before ids, then by key; `same` counts the others. */
export function attributeChanges(
  a: Span | undefined,
  b: Span | undefined,
): { readonly changes: readonly AttributeChange[]; readonly same: number } {
  const changes: AttributeChange[] = []
  let same = 0
  for (const from of ['span', 'resource'] as const) {
    const inA = valuesOf(a, from)
    const inB = valuesOf(b, from)
    for (const key of new Set([...inA.keys(), ...inB.keys()])) {
      const [valueA, valueB] = [inA.get(key), inB.get(key)]
      if (valueA !== undefined && valueB !== undefined && textOf(valueA) === textOf(valueB)) {
        same++
        continue
      }
      const alwaysDiffers = [valueA, valueB].every(
        value => value === undefined || looksUnique(key, value.type === 'string' ? value.value : ''),
      )
      changes.push({ from, key, a: valueA, b: valueB, alwaysDiffers })
    }
  }
  const rank = (one: AttributeChange): number => (one.alwaysDiffers ? 2 : 0) + (one.from === 'resource' ? 1 : 0)
  changes.sort((x, y) => rank(x) - rank(y) || (x.key < y.key ? -1 : x.key > y.key ? 1 : 0))
  return { changes, same }
}

function valuesOf(span: Span | undefined, from: 'span' | 'resource'): Map<string, AttributeValue> {
  const values = new Map<string, AttributeValue>()
  const list: readonly Attribute[] = (from === 'span' ? span?.attributes : span?.resource.attributes) ?? []
  for (const { key, value } of list) if (!values.has(key)) values.set(key, value)
  return values
}

/** Type and value: 1 and "1" differ. */
function textOf(value: AttributeValue): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'bigint' ? one.toString() : typeof one === 'number' && !Number.isFinite(one) ? String(one) : one,
  )
}

const ID_KEY = /(^|[._-])(id|uuid|guid|pid|timestamp|time)$/iu

/** Whether a text, or anything under such a key, is an id or a time of its own. */
export function looksUnique(key: string, text: string): boolean {
  return ID_KEY.test(key) || /[0-9a-f]{8}-[0-9a-f]{4}-|^[0-9a-f]{12,}$|\d{10,}/iu.test(text)
}

/** Events with one name, in both spans. */
export interface EventChange {
  readonly name: string
  /** ns after the start of the span, of each. */
  readonly a: readonly number[]
  readonly b: readonly number[]
  /** What the first one says in each: its attributes, the exception's message first. */
  readonly textA: string
  readonly textB: string
}

/** Events whose number or words differ, in the order of B, then of A. */
export function eventChanges(a: Span | undefined, b: Span | undefined): readonly EventChange[] {
  const rows = new Map<string, { a: number[]; b: number[]; textA: string; textB: string }>()
  for (const side of ['b', 'a'] as const) {
    const span = side === 'a' ? a : b
    for (const event of span?.events ?? []) {
      const row = rows.get(event.name) ?? { a: [], b: [], textA: '', textB: '' }
      rows.set(event.name, row)
      const text = eventText(event.attributes)
      if (side === 'a' && row.a.length === 0) row.textA = text
      if (side === 'b' && row.b.length === 0) row.textB = text
      row[side].push(Number(event.time - (span?.startTime ?? 0n)))
    }
  }
  return [...rows]
    .map(([name, row]) => ({ name, ...row }))
    .filter(row => row.a.length !== row.b.length || row.textA !== row.textB)
}

function eventText(attributes: readonly Attribute[]): string {
  const first = attributes.find(({ key }) => key === 'exception.message')
  const rest = attributes.filter(one => one !== first && one.key !== 'exception.stacktrace')
  return [
    ...(first === undefined ? [] : [shortValue(first.value)]),
    ...rest.map(({ key, value }) => `${key}=${shortValue(value)}`),
  ].join(' ')
}

/** A value in one line. */
export function shortValue(value: AttributeValue): string {
  switch (value.type) {
    case 'empty':
      return ''
    case 'bytes':
      return `0x${Array.from(value.value, byte => byte.toString(16).padStart(2, '0')).join('')}`
    case 'array':
    case 'map':
      return textOf(value)
    case 'double':
      return Object.is(value.value, -0) ? '-0' : String(value.value)
    default:
      return String(value.value)
  }
}
