// Statistics as a file: CSV (RFC 4180) or JSON, in slices. Every group that has a counted span, its parts too, open or not, in the order of the
// table; times in ns.

import { csvLine } from '#app/views/table/csv.ts'
import type { Sorting } from '#app/views/table/counted-trace.ts'
import type { SlicedWork } from '#shared/trace/sliced-work.ts'
import type { GroupBy } from '#shared/trace/statistics-keys.ts'
import type { GroupFigures } from '#shared/trace/statistics.ts'
import { figureOf, type Grouping, statisticsRows } from './statistics-rows.ts'

const FIGURES = [
  ['count', 'count'],
  ['errors', 'errors'],
  ['total_ns', 'total'],
  ['self_ns', 'self'],
  ['critical_ns', 'critical'],
  ['avg_ns', 'avg'],
  ['min_ns', 'least'],
  ['p50_ns', 'p50'],
  ['p95_ns', 'p95'],
  ['max_ns', 'most'],
] as const

export interface GroupedBy {
  readonly grouping: Grouping
  readonly by: GroupBy
  readonly sub: GroupBy | undefined
}

/**
 * Parts of the text, to be put together: a line a group, or a line a part under the name of its group. What has no name is empty in CSV
 * and null in JSON.
 */
export function* statisticsFile(
  { grouping, by, sub }: GroupedBy,
  sorting: Sorting,
  form: 'csv' | 'json',
): SlicedWork<readonly string[]> {
  const { outer, parts } = grouping
  const nameOf = (label: string | undefined): string => label ?? ''
  const names = { outer: nameOf, inner: nameOf }
  const { code, groups } = yield* statisticsRows(grouping, sorting, outer.labels.map(nameOf), names)
  const heads = parts === undefined || sub === undefined ? [headOf(by)] : distinct(headOf(by), headOf(sub))
  const lines: string[] = []
  const write = (labels: readonly (string | undefined)[], figures: GroupFigures, group: number): void => {
    const values = FIGURES.map(([, column]) => Math.round(figureOf(figures, group, column)))
    if (form === 'csv') lines.push(csvLine([...labels.map(nameOf), ...values]))
    else {
      const named = labels.map((label, k) => [heads[k], label ?? null] as const)
      const figured = FIGURES.map(([head], k) => [head, values[k]] as const)
      lines.push(JSON.stringify(Object.fromEntries<string | number | null>([...named, ...figured])))
    }
  }
  for (const [n, at] of code.entries()) {
    if (at < groups && parts === undefined) write([outer.labels[at]], grouping.figures, at)
    else if (at >= groups && parts !== undefined) {
      const { inner, pairs, figures } = parts
      const pair = at - groups
      write([outer.labels[pairs.outer[pair]], inner.labels[pairs.inner[pair]]], figures, pair)
    }
    if ((n & 255) === 255) yield
  }
  return form === 'csv'
    ? [csvLine([...heads, ...FIGURES.map(([head]) => head)]), ...lines]
    : ['[\n', lines.join(',\n'), lines.length === 0 ? ']\n' : '\n]\n']
}

function headOf(by: GroupBy): string {
  return by.kind === 'attribute' ? by.key : by.kind
}

/** A key twice would be one field of an object. */
function distinct(first: string, second: string): readonly string[] {
  return [first, first === second ? `${second}_2` : second]
}
