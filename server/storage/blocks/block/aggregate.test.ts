import { expect, test } from 'vitest'
import { Random } from '#shared/generator/random.ts'
import { attributeText } from '#shared/query/evaluate-text.ts'
import { mergeTables } from '#shared/spans/merge-tables.ts'
import { Span } from '#shared/spans/span.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { ServiceEdge } from '#server/storage/store.ts'
import { attributeKeys, attributeValues, operations, serviceNames } from './aggregate.ts'
import { bytesAsFile } from './block-file.ts'
import { BlockReader } from './block-reader.ts'
import { BlockSegment } from './block-segment.ts'
import { mergeBlocks } from './merge-blocks.ts'
import { PageCache } from './page-cache.ts'
import { BASE, dealRows, randomTable } from '#server/storage/contract/random-traces.ts'
import { segmentsOf } from './random-store.ts'
import type { Segment } from './segment.ts'
import { serviceEdges } from './service-edges.ts'
import { AS_STORED } from './settle.ts'

/** A question that nobody takes back. */
const go = (): undefined => undefined

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)

function spansOf(table: SpanTable): Span[] {
  return Array.from({ length: table.rowCount }, (_, row) => new Span(table, row))
}

/** Calls by brute force: the parent is a row of the child's service when one bears the id, else the first by start and service. */
function recount(table: SpanTable, from: bigint, to: bigint): string[] {
  const all = spansOf(table)
  const sums = new Map<string, number>()
  for (const child of all) {
    if (child.parentSpanId === undefined || child.startTime < from || child.startTime > to) continue
    const parents = all.filter(
      other => other !== child && other.spanId === child.parentSpanId && other.traceId === child.traceId,
    )
    if (parents.length === 0 || parents.some(parent => parent.serviceName === child.serviceName)) continue
    const name = (span: Span): string => span.serviceName ?? ''
    const [first] = parents.sort((a, b) => Number(a.startTime - b.startTime) || (name(a) < name(b) ? -1 : 1))
    const key = `${first.serviceName ?? 'unknown_service'} ${child.serviceName ?? 'unknown_service'}`
    sums.set(key, (sums.get(key) ?? 0) + 1)
    if (child.status === 'error') sums.set(`${key} errors`, (sums.get(`${key} errors`) ?? 0) + 1)
  }
  return [...sums].map(([key, count]) => `${key} ${count}`).sort()
}

function edgeTexts(edges: readonly ServiceEdge[]): string[] {
  return edges
    .flatMap(({ parent, child, callCount, errorCount }) => [
      `${parent} ${child} ${callCount}`,
      ...(errorCount > 0 ? [`${parent} ${child} errors ${errorCount}`] : []),
    ])
    .sort()
}

test(`edges over blocks and open tables equal a recount over distinct spans (seed ${SEED})`, () => {
  let edges = 0
  for (let round = 0; round < 60; round++) {
    const random = new Random(SEED + round)
    const table = randomTable(random, 20 + random.below(100), 1 + random.below(12))
    const whole = mergeTables([table])
    const count = 1 + random.below(5)
    const segments = segmentsOf(dealRows(random, table, count), random.below(count + 1))
    for (const [from, to] of [
      [0n, 2n ** 64n - 1n],
      [BASE + 5_000_000_000n, BASE + 20_000_000_000n],
    ]) {
      const expected = recount(whole, from, to)
      edges += expected.length
      expect(edgeTexts(serviceEdges(segments, { from, to }, go)), `round ${round}`).toEqual(expected)
      const merged = mergeSome(segments)
      expect(edgeTexts(serviceEdges(merged, { from, to }, go)), `round ${round}, merged`).toEqual(expected)
    }
  }
  expect(edges).toBeGreaterThan(100)
})

/** The second and third block as one. */
function mergeSome(segments: readonly Segment[]): Segment[] {
  const blocks = segments.filter(segment => segment instanceof BlockSegment)
  if (blocks.length < 3) return [...segments]
  const [first, ...two] = blocks.slice(0, 3).map(({ reader }) => reader)
  const { parts, copiesRemoved } = mergeBlocks(two, { earlier: [first] })
  expect(copiesRemoved).toBe(0)
  const reader = BlockReader.open(bytesAsFile(parts), { cache: new PageCache(), name: 'merged' })
  return [segments[0], new BlockSegment(reader), ...segments.slice(3)]
}

test(`sealed blocks hold every distinct span once (seed ${SEED})`, () => {
  for (let round = 0; round < 20; round++) {
    const random = new Random(SEED + round)
    const table = randomTable(random, 100, 8)
    const segments = segmentsOf(dealRows(random, table, 4, 0.5), 0)
    const all = new SpanTableBuilder({ limits: AS_STORED })
    for (const segment of segments) if (segment instanceof BlockSegment) segment.reader.readAll(all)
    expect(all.rowCount).toBe(mergeTables([table]).rowCount)
    expect(mergeTables([all, table]).rowCount).toBe(all.rowCount)
  }
})

test(`lists equal those of the spans (seed ${SEED})`, () => {
  for (let round = 0; round < 15; round++) {
    const random = new Random(SEED + round)
    const whole = mergeTables([randomTable(random, 80, 12)])
    const segments = segmentsOf(dealRows(random, whole, 3, 0), random.below(4))
    const all = spansOf(whole)
    const names = new Set(all.map(({ serviceName }) => serviceName).filter(name => name !== undefined))
    expect(serviceNames(segments, go)).toEqual([...names].sort())
    for (const service of [undefined, 'pay', 'nobody']) {
      const own = service === undefined ? all : all.filter(({ serviceName }) => serviceName === service)
      const pairs = new Set(own.map(({ name, kind }) => `${kind} ${name}`))
      const listed = operations(segments, service, go).map(({ name, kind }) => `${kind} ${name}`)
      expect([...listed].sort()).toEqual([...pairs].sort())
      checkAttributes(segments, own, service)
    }
  }
})

test('every list can be left in the middle: between segments, and between the groups of a block', () => {
  const segments = segmentsOf(dealRows(new Random(SEED), randomTable(new Random(SEED), 300, 20), 4, 0), 1)
  const groups = segments.flatMap(segment => (segment instanceof BlockSegment ? [segment.reader.groupCount] : []))
  expect(groups.length).toBeGreaterThan(1)
  const [inGroups, all] = [groups.reduce((sum, count) => sum + count, 0), segments.length]
  /** A range that no block lies inside of: each is looked at group by group. */
  const range = { from: BASE + 1n, to: BASE + 10n ** 12n }
  const lists: readonly [name: string, least: number, run: (stop: () => undefined) => unknown][] = [
    ['serviceNames', all, stop => serviceNames(segments, stop)],
    ['operations', all, stop => operations(segments, undefined, stop)],
    ['attributeKeys', all + inGroups, stop => attributeKeys(segments, { limit: 9 }, stop)],
    ['attributeValues', all + inGroups, stop => attributeValues(segments, { key: 'service.name', limit: 9 }, stop)],
    ['serviceEdges', all, stop => serviceEdges(segments, range, stop)],
  ]
  for (const [name, least, run] of lists) {
    let looks = 0
    run(() => void looks++)
    expect(looks, `${name}`).toBeGreaterThanOrEqual(least)
    for (let last = 1; last <= looks; last++) {
      let seen = 0
      const leave = (): undefined => {
        if (++seen === last) throw new Error('left')
      }
      expect(() => run(leave), `${name}, look ${last}`).toThrow('left')
      expect(seen).toBe(last)
    }
  }
})

function checkAttributes(segments: readonly Segment[], spans: readonly Span[], service: string | undefined): void {
  const keys = new Map<string, number>()
  const values = new Map<string, Map<string, number>>()
  for (const span of spans) {
    const owners = [
      ['span', [span]],
      ['resource', [span.resource]],
      ['instrumentation', [span.scope]],
      ['event', span.events],
      ['link', span.links],
    ] as const
    for (const [scope, list] of owners) {
      for (const { key, value } of list.flatMap(({ attributes }) => attributes)) {
        keys.set(`${scope} ${key}`, (keys.get(`${scope} ${key}`) ?? 0) + 1)
        const byValue = values.get(key) ?? new Map<string, number>()
        byValue.set(attributeText(value), (byValue.get(attributeText(value)) ?? 0) + 1)
        values.set(key, byValue)
      }
    }
  }
  const limit = 10_000
  const found = attributeKeys(segments, { service, limit }, go)
  expect(found.map(({ scope, key, count }) => `${scope} ${key} ${count}`).sort()).toEqual(
    [...keys].map(([key, count]) => `${key} ${count}`).sort(),
  )
  for (const [key, byValue] of values) {
    const listed = attributeValues(segments, { key, service, limit }, go).map(({ value, count }) => `${value} ${count}`)
    expect([...listed].sort(), `${key}`).toEqual([...byValue].map(([value, count]) => `${value} ${count}`).sort())
  }
}
