import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { criticalPathOf, criticalTimes } from '#shared/trace/critical-path.ts'
import { selfTimes } from '#shared/trace/self-time.ts'
import { finishWork } from '#shared/trace/sliced-work.ts'
import { durationOrder } from '#shared/trace/statistics.ts'
import type { GroupBy } from '#shared/trace/statistics-keys.ts'
import { statisticsFile } from './statistics-file.ts'
import { groupedTrace } from './statistics-rows.ts'

const table = new SpanTableBuilder()
parseTraces(
  `
a: the "root", once [0 100ns]
  b: one [10ns 50ns] error n=1
  b: two [70ns 10ns] n=1
  b: two [80ns 5ns]
`,
  table,
)
const trace = buildTrace(table)
const path = criticalPathOf(trace)

function file(form: 'csv' | 'json', by: GroupBy, sub: GroupBy | undefined, included?: Uint8Array): string {
  const critical = criticalTimes(path, trace.size)
  const figures = { trace, self: selfTimes(trace), critical, byDuration: finishWork(durationOrder(trace)) }
  const counted = { trace, path, services: ['a', 'b'], figures, included, count: 4 }
  const grouping = finishWork(groupedTrace(counted, by, sub))
  const work = statisticsFile({ grouping, by, sub }, { column: 'self', ascending: false }, form)
  return finishWork(work).join('')
}

test('CSV: a line a group in the order of the table, times in ns', () => {
  expect(file('csv', { kind: 'service' }, undefined).split('\r\n')).toEqual([
    'service,count,errors,total_ns,self_ns,critical_ns,avg_ns,min_ns,p50_ns,p95_ns,max_ns',
    'b,3,1,65,65,65,22,5,10,50,50',
    'a,1,0,100,35,35,100,100,100,100,100',
    '',
  ])
})

test('groups within groups: a line each under the name of the group, whether it is open or not, quoted where RFC 4180 asks for it', () => {
  const lines = file('csv', { kind: 'service' }, { kind: 'name' }).split('\r\n')
  expect(lines.map(line => line.replace(/(?:,\d+){8}$/u, ''))).toEqual([
    'service,name,count,errors,total_ns,self_ns,critical_ns,avg_ns,min_ns,p50_ns,p95_ns,max_ns',
    'b,one,1,1',
    'b,two,2,0',
    'a,"the ""root"", once",1,0',
    '',
  ])
})

test('JSON: what has no value is null, and one key twice is two fields', () => {
  const n: GroupBy = { kind: 'attribute', key: 'n' }
  const rows = JSON.parse(file('json', n, n)) as Readonly<Record<string, unknown>>[]
  expect(rows.map(row => [row['n'], row['n_2'], row['count'], row['self_ns']])).toEqual([
    ['1', '1', 2, 60],
    [null, null, 2, 40],
  ])
})

test('what the filter leaves out is not in it; nothing left is an empty list', () => {
  expect(file('csv', { kind: 'service' }, undefined, Uint8Array.of(1, 0, 0, 0)).split('\r\n')).toHaveLength(3)
  expect(JSON.parse(file('json', { kind: 'service' }, undefined, new Uint8Array(4)))).toEqual([])
})
