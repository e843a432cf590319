/** Where row groups end: between traces, after so many rows or so many bytes of new texts. */
import { isDictionaryType } from '#shared/spans/attribute-value.ts'
import { rangeStart } from '#shared/spans/span-table.ts'
import { GROUP_ROWS, GROUP_TEXT_BYTES } from './block-format.ts'
import type { EntryTable } from './entry-table.ts'
import type { SortedRows } from './sort-rows.ts'

/** The exclusive last trace of each group. Only single large traces make groups of more than twice GROUP_ROWS. */
export function groupBounds(table: EntryTable, { rows, traceEnd }: SortedRows): number[] {
  const ends: number[] = []
  const seen = new Uint8Array(table.dictionary.size)
  let groupRows = 0
  let bytes = 0
  for (let trace = 0; trace < traceEnd.length; trace++) {
    const from = trace === 0 ? 0 : traceEnd[trace - 1]
    const own = traceEnd[trace] - from
    if (groupRows > 0 && (groupRows >= GROUP_ROWS || groupRows + own > GROUP_ROWS * 2 || bytes >= GROUP_TEXT_BYTES)) {
      ends.push(trace)
      groupRows = 0
      bytes = 0
    }
    groupRows += own
    for (let i = from; i < traceEnd[trace]; i++) bytes += newBytes(table, rows[i], seen)
  }
  if (groupRows > 0) ends.push(traceEnd.length)
  return ends
}

/** Bytes of the row's texts that no row before has; marks them as seen. */
function newBytes(table: EntryTable, row: number, seen: Uint8Array): number {
  const { attributeEnd, attributeType, attributeValue, dictionaryLength } = table
  let bytes = 0
  for (let k = rangeStart(attributeEnd, row); k < attributeEnd[row]; k++) {
    if (!isDictionaryType(attributeType[k])) continue
    const id = attributeValue[k * 2]
    if (seen[id] !== 0) continue
    seen[id] = 1
    bytes += dictionaryLength[id]
  }
  return bytes
}
