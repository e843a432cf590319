import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { criticalPathOf } from '#shared/trace/critical-path.ts'
import { selfTimes } from '#shared/trace/self-time.ts'
import { finishWork } from '#shared/trace/sliced-work.ts'
import { durationOrder } from '#shared/trace/statistics.ts'
import type { GroupBy } from '#shared/trace/statistics-keys.ts'
import { groupedTrace, statisticsRows } from './statistics-rows.ts'

const table = new SpanTableBuilder()
parseTraces(
  `
a: root [0 100ms]
  b: one [10ms 50ms] n=1
  b: two [70ms 10ms] n=2
  b: three [80ms 5ms]
`,
  table,
)
const trace = buildTrace(table)
const services = trace.services.map(name => name ?? '?')

/** Rows as text; parts are indented. */
function rows(
  sub: GroupBy | undefined,
  column: string,
  ascending: boolean,
  opened?: readonly string[],
  included?: Uint8Array,
): readonly string[] {
  const figures = { trace, self: selfTimes(trace), critical: undefined, byDuration: finishWork(durationOrder(trace)) }
  const counted = { trace, path: criticalPathOf(trace), services, figures, included, count: 4 }
  const grouping = finishWork(groupedTrace(counted, { kind: 'service' }, sub))
  const names = { outer: (label?: string) => label ?? 'no service', inner: (label?: string) => label ?? 'no value' }
  const made = finishWork(statisticsRows(grouping, { column, ascending }, opened, names))
  return Array.from(made.code, code => {
    if (code < made.groups) return names.outer(grouping.outer.labels[code])
    const pair = code - made.groups
    return `  ${names.inner(grouping.parts?.inner.labels[grouping.parts.pairs.inner[pair]])}`
  })
}

test('groups in order, their parts below them; a part without the attribute says so in its own word', () => {
  expect(rows({ kind: 'attribute', key: 'n' }, 'self', false)).toEqual([
    'b',
    '  1',
    '  2',
    '  no value',
    'a',
    '  no value',
  ])
  expect(rows({ kind: 'name' }, 'name', true)).toEqual(['a', '  root', 'b', '  one', '  three', '  two'])
})

test('only open groups show their parts; without a second grouping there are none', () => {
  expect(rows({ kind: 'name' }, 'self', false, ['a'])).toEqual(['b', 'a', '  root'])
  expect(rows({ kind: 'name' }, 'self', false, [])).toEqual(['b', 'a'])
  expect(rows(undefined, 'count', true)).toEqual(['a', 'b'])
})

test('groups and parts without a counted span have no row', () => {
  expect(rows({ kind: 'name' }, 'self', false, undefined, Uint8Array.of(0, 1, 0, 0))).toEqual(['b', '  one'])
})
