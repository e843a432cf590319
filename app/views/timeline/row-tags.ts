// Short facts that stand at the end of a row: the status that was answered, the system that was asked. Read from their few
// columns once, so that a row in view costs no search through its attributes.

import { ATTRIBUTE_INT, ATTRIBUTE_STRING } from '#shared/spans/attribute-value.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { attributeOfSpan } from '#shared/trace/statistics-keys.ts'
import type { Trace } from '#shared/trace/trace.ts'

/** OpenTelemetry's names, now and before 2025; the first that a span has counts. */
const STATUS_KEYS = ['http.response.status_code', 'http.status_code']
const SYSTEM_KEYS = ['db.system.name', 'db.system', 'messaging.system']

export interface RowTag {
  readonly text: string
  readonly title: string
}

/** The tags of a table's row, none while attributes have not come. */
export type RowTags = (row: number) => readonly RowTag[]

/** The values of the chosen keys, each with its key in the title; of the span, else of its resource. */
export function chosenTags(trace: Trace, keys: readonly string[]): (span: number) => readonly RowTag[] {
  const cells = rowCells(trace, keys)
  return span => cells(span).flatMap((text, k) => (text === undefined ? [] : [{ text, title: `${keys[k]} = ${text}` }]))
}

/** Values of the chosen keys for a row's cells; undefined where the span has none. Looked up for the rows in view only. */
export function rowCells(trace: Trace, keys: readonly string[]): (span: number) => readonly (string | undefined)[] {
  const ids = keys.map(key => trace.table.dictionary.find(key))
  return span => ids.map(id => (id < 0 ? undefined : attributeOfSpan(trace, span, id)))
}

/** One pass over the columns of those keys. */
export function rowTags(table: SpanTable): RowTags {
  const keys = new Map<string, number>()
  for (const { key } of table.attributes.keys()) {
    const text = table.dictionary.text(key)
    if (STATUS_KEYS.includes(text) || SYSTEM_KEYS.includes(text)) keys.set(text, key)
  }
  if (keys.size === 0) return () => []
  const column = (names: readonly string[]): { readonly title: string; readonly values: Uint32Array } | undefined => {
    const known = names.filter(name => keys.has(name))
    if (known.length === 0) return undefined
    const values = new Uint32Array(table.rowCount)
    for (const name of known.toReversed()) {
      table.attributes.forKey(keys.get(name) ?? 0, (row, type, low) => {
        // A number is kept as it is, a text by its entry in the dictionary with the first bit set.
        if (type === ATTRIBUTE_INT) values[row] = low
        else if (type === ATTRIBUTE_STRING) values[row] = (low | 0x80000000) >>> 0
      })
    }
    return { title: known[0], values }
  }
  const columns = [column(STATUS_KEYS), column(SYSTEM_KEYS)].filter(one => one !== undefined)
  const text = (value: number): string =>
    (value & 0x80000000) === 0 ? String(value) : table.dictionary.text(value & 0x7fffffff)
  return row =>
    columns
      .filter(({ values }) => values[row] !== 0)
      .map(({ title, values }) => ({ text: text(values[row]), title: `${title} = ${text(values[row])}` }))
}
