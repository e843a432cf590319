import { expect, test } from 'vitest'
import { describeSpan, describeSpans } from '#shared/generator/describe-spans.ts'
import { Random } from '#shared/generator/random.ts'
import { addRandomSpans } from '#shared/generator/random-spans.ts'
import { decodeSpanTable } from './binary/decode-span-table.ts'
import { encodeSpanTable } from './binary/encode-span-table.ts'
import { RowCopier } from './copy-rows.ts'
import { SpanComparer, SpanHasher } from './equal-spans.ts'
import { addMissingSpans, mergeTables } from './merge-tables.ts'
import { SpanTableBuilder } from './span-table-builder.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

/** A copy with other dictionary ids, resources and scopes: something else was in the table before. */
function shuffledCopy(from: SpanTableBuilder): SpanTableBuilder {
  const to = new SpanTableBuilder()
  addRandomSpans(to, new Random(SEED ^ 1), 5)
  const copier = new RowCopier(from, to)
  for (let row = from.rowCount - 1; row >= 0; row--) copier.copy(row)
  return to
}

test(`copies are equal and hash alike, other spans are not (seed ${SEED})`, () => {
  const table = new SpanTableBuilder()
  addRandomSpans(table, new Random(SEED), 40)
  const copy = shuffledCopy(table)
  const decoded = decodeSpanTable(encodeSpanTable(copy))
  const hasher = new SpanHasher(table)
  for (const other of [copy, decoded]) {
    const comparer = new SpanComparer(table, other)
    const otherHasher = new SpanHasher(other)
    for (let row = 0; row < table.rowCount; row++) {
      for (let k = 0; k < other.rowCount; k++) {
        const same = k === other.rowCount - 1 - row
        expect(comparer.equal(row, k)).toBe(same)
        expect(otherHasher.hash(k) === hasher.hash(row)).toBe(same)
      }
    }
  }
})

/** What can differ between two spans, each changed alone. */
const CHANGES: Record<string, (table: SpanTableBuilder, row: number) => void> = {
  traceId: (t, r) => (t.traceId[r * 4 + 3] ^= 1),
  spanId: (t, r) => (t.spanId[r * 2] ^= 2),
  parentSpanId: (t, r) => (t.parentSpanId[r * 2 + 1] ^= 1),
  startTime: (t, r) => (t.startTime[r * 2] ^= 1),
  endTime: (t, r) => (t.endTime[r * 2 + 1] ^= 1),
  name: (t, r) => (t.name[r] = t.internText('another name')),
  kind: (t, r) => (t.kind[r] ^= 1),
  status: (t, r) => (t.status[r] ^= 1),
  statusMessage: (t, r) => (t.statusMessage[r] = t.internText('another message')),
  traceState: (t, r) => (t.traceState[r] = t.internText('c=3')),
  flags: (t, r) => (t.flags[r] ^= 0x80000000),
  droppedAttributes: (t, r) => t.droppedAttributes[r]++,
  droppedEvents: (t, r) => t.droppedEvents[r]++,
  droppedLinks: (t, r) => t.droppedLinks[r]++,
  resource: (t, r) => (t.resource[r] = t.endResource(t.internText('urn:other'), 0)),
  scope: (t, r) => (t.scope[r] = t.endScope(t.internText('other scope'), 0, 0, 0)),
  attributeKey: t => (t.attributeKey[0] = t.internText('another key')),
  attributeType: t => (t.attributeType[0] = 4),
  attributeLow: t => (t.attributeValue[0] ^= 1),
  attributeHigh: t => (t.attributeValue[1] ^= 0x80000000),
  eventTime: t => (t.eventTime[0] ^= 1),
  eventName: t => (t.eventName[0] = t.internText('another event')),
  eventDropped: t => t.eventDroppedAttributes[0]++,
  eventAttribute: t => (t.eventAttributeValue[0] ^= 1),
  linkTraceId: t => (t.linkTraceId[2] ^= 1),
  linkSpanId: t => (t.linkSpanId[1] ^= 1),
  linkTraceState: t => (t.linkTraceState[0] = t.internText('d=4')),
  linkFlags: t => (t.linkFlags[0] ^= 1),
  linkDropped: t => t.linkDroppedAttributes[0]++,
  linkAttribute: t => (t.linkAttributeValue[1] ^= 1),
}

function oneSpan(): SpanTableBuilder {
  const table = new SpanTableBuilder()
  const key = table.internText('n')
  table.addResourceAttribute(key, 3, 1, 0)
  const resource = table.endResource(0, 0)
  const scope = table.endScope(table.internText('scope'), 0, 0, 0)
  const row = table.beginSpan()
  table.traceId[0] = 7
  table.spanId[0] = 5
  table.resource[row] = resource
  table.scope[row] = scope
  table.addAttribute(key, 3, 12, 0)
  table.addEvent(1, 1, table.internText('event'), 0)
  table.addEventAttribute(key, 3, 13, 0)
  table.addLink(Uint32Array.of(1, 2, 3, 4), 0, Uint32Array.of(5, 6), 0, 0, 0, 0)
  table.addLinkAttribute(key, 3, 14, 0)
  table.endSpan()
  return table
}

test.for(Object.keys(CHANGES))('%s tells spans apart', name => {
  const left = oneSpan()
  const right = oneSpan()
  expect(new SpanComparer(left, right).equal(0, 0)).toBe(true)
  CHANGES[name](right, 0)
  expect(new SpanComparer(left, right).equal(0, 0)).toBe(false)
  expect(new SpanComparer(right, left).equal(0, 0)).toBe(false)
  expect(new SpanHasher(left).hash(0)).not.toBe(new SpanHasher(right).hash(0))
})

test('marks do not tell spans apart, NaN is itself, −0 is not 0', () => {
  const make = (value: number, marks: number) => {
    const table = oneSpan()
    table.marks[0] = marks
    table.attributeType[0] = 4
    new DataView(table.attributeValue.buffer, table.attributeValue.byteOffset).setFloat64(0, value, true)
    return table
  }
  expect(new SpanComparer(make(NaN, 0), make(NaN, 1)).equal(0, 0)).toBe(true)
  expect(new SpanComparer(make(0, 0), make(-0, 0)).equal(0, 0)).toBe(false)
})

test(`tables merge: equal spans once, different ones under one id both (seed ${SEED})`, () => {
  const table = new SpanTableBuilder()
  addRandomSpans(table, new Random(SEED), 30)
  const copy = shuffledCopy(table)
  const merged = mergeTables([table, decodeSpanTable(encodeSpanTable(copy)), table])
  const wanted = [...describeSpans(table), ...describeSpans(copy).slice(0, 5)]
  expect(describeSpans(merged)).toEqual(wanted)
  const other = oneSpan()
  other.status[0] = 2
  const both = mergeTables([oneSpan(), other, oneSpan()])
  expect([both.rowCount, both.status[0], both.status[1]]).toEqual([2, 0, 2])
  expect(mergeTables([]).rowCount).toBe(0)
})

test(`what a table lacks of another is added, as merging the two would (seed ${SEED})`, () => {
  const table = new SpanTableBuilder()
  addRandomSpans(table, new Random(SEED), 30)
  const copy = shuffledCopy(table)
  const wanted = describeSpans(mergeTables([table, copy]))
  const more = decodeSpanTable(encodeSpanTable(copy))
  addMissingSpans(table, more)
  expect(describeSpans(table)).toEqual(wanted)
  addMissingSpans(table, more)
  expect(table.rowCount).toBe(wanted.length)
})

test('a merge keeps more entries than the limits for new spans allow', () => {
  const table = new SpanTableBuilder({
    limits: { attributes: 1e6, events: 1e6, links: 1e6, valueBytes: 1e6, depth: 32 },
  })
  table.beginSpan()
  table.traceId[0] = 1
  table.spanId[0] = 1
  for (let i = 0; i < 1500; i++) {
    table.addAttribute(table.internText(`k${i}`), 3, i, 0)
    table.addEvent(i, 0, 0, 0)
  }
  table.endSpan()
  const merged = mergeTables([table])
  expect(describeSpan(merged, 0)).toEqual(describeSpan(table, 0))
})

test('thousands of different spans under one id', () => {
  const table = new SpanTableBuilder()
  for (let i = 0; i < 3000; i++) {
    table.beginSpan()
    const row = table.rowCount
    table.traceId[row * 4] = 1
    table.spanId[row * 2] = 1
    table.addAttribute(table.internText('n'), 3, i % 1500, 0)
    table.endSpan()
  }
  const merged = mergeTables([table, table])
  expect(merged.rowCount).toBe(1500)
  expect(describeSpan(merged, 1499)).toEqual(describeSpan(table, 1499))
})
