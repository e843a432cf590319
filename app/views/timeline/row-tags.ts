// Short facts that stand at the end of a row: the status that was answered, the system that was asked. Read from their few
// columns once, so that a row in view costs no search through its attributes.

import { ATTRIBUTE_INT, ATTRIBUTE_STRING } from '#shared/spans/attribute-value.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'

/** OpenTelemetry's names, now and before 2025; the first that a span has counts. */
const STATUS_KEYS = ['http.response.status_code', 'http.status_code']
const SYSTEM_KEYS = ['db.system.name', 'db.system', 'messaging.system']

/** The tags of a table's row, none while attributes have not come. */
export type RowTags = (row: number) => readonly string[]

/** One pass over the columns of those keys. */
export function rowTags(table: SpanTable): RowTags {
  const keys = new Map<string, number>()
  for (const { key } of table.attributes.keys()) {
    const text = table.dictionary.text(key)
    if (STATUS_KEYS.includes(text) || SYSTEM_KEYS.includes(text)) keys.set(text, key)
  }
  if (keys.size === 0) return () => []
  const column = (names: readonly string[]): Uint32Array | undefined => {
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
    return values
  }
  const columns = [column(STATUS_KEYS), column(SYSTEM_KEYS)].filter(one => one !== undefined)
  const text = (value: number): string =>
    (value & 0x80000000) === 0 ? String(value) : table.dictionary.text(value & 0x7fffffff)
  return row => columns.filter(values => values[row] !== 0).map(values => text(values[row]))
}
