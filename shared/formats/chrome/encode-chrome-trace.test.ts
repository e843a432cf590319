import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { Traffic } from '#shared/generator/traffic.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { encodeChromeTrace } from './encode-chrome-trace.ts'

interface Event {
  readonly ph: 'M' | 'X' | 'i'
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly dur: number
  readonly args: Readonly<Record<string, unknown>>
}

function eventsOf(table: SpanTable): readonly Event[] {
  const text = [...encodeChromeTrace(table)].join('')
  const file = JSON.parse(text) as { traceEvents: Event[]; displayTimeUnit: string; resourceSpans: unknown[] }
  expect(file.displayTimeUnit).toBe('ns')
  return file.traceEvents
}

function tableOf(text: string): SpanTable {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return table
}

test('services are processes, spans lie on threads with their times in µs, and carry what they are', () => {
  const events = eventsOf(tableOf('shop: buy [0 30ms]\n  db: read [5ms 10ms] error\n  db: write [6ms 2500ns]'))
  expect(events.filter(({ ph }) => ph === 'M').map(({ pid, args }) => [pid, args['name']])).toEqual([
    [1, 'shop'],
    [2, 'db'],
  ])
  const spans = events.filter(({ ph }) => ph === 'X')
  expect(spans.map(({ name, pid, tid, ts, dur }) => [name, pid, tid, ts, dur])).toEqual([
    ['buy', 1, 1, 0, 30_000],
    ['read', 2, 1, 5000, 10_000],
    ['write', 2, 1, 6000, 2.5],
  ])
  expect(spans[1].args).toMatchObject({ status: 'error', parentSpanId: spans[0].args['spanId'] })
})

test('spans that overlap without one lying in the other are on threads of their own', () => {
  const spans = eventsOf(tableOf('a: root [0 9ms]\n  a: left [1ms 5ms]\n  a: right [3ms 5ms]\n  a: after [8ms 1ms]'))
  expect(spans.filter(({ ph }) => ph === 'X').map(({ name, tid }) => [name, tid])).toEqual([
    ['root', 1],
    ['left', 1],
    ['right', 2],
    ['after', 1],
  ])
})

test('on every thread of made-up traffic each span lies in the one around it', () => {
  const table = new SpanTableBuilder()
  const traffic = new Traffic(table, { seed: 11 })
  while (table.rowCount < 2000) traffic.addTrace(1_764_000_000_000_000_000n + BigInt(table.rowCount) * 300_000n)
  const open = new Map<string, number[]>()
  let count = 0
  for (const { ph, pid, tid, ts, dur } of eventsOf(table)) {
    if (ph !== 'X') continue
    count++
    const ends = open.get(`${pid} ${tid}`) ?? []
    open.set(`${pid} ${tid}`, ends)
    while (ends.length > 0 && ends[ends.length - 1] <= ts + 1e-6) ends.pop()
    expect(ts + dur).toBeLessThanOrEqual((ends.at(-1) ?? Infinity) + 1e-6)
    ends.push(ts + dur)
  }
  expect(count).toBe(table.rowCount)
})

test('a table without rows is a file without events', () => {
  expect(eventsOf(new SpanTableBuilder())).toEqual([])
})
