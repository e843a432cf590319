import { expect, test } from 'vitest'
import { describeSpan, describeSpans } from '#shared/generator/describe-spans.ts'
import { Random } from '#shared/generator/random.ts'
import { addRandomSpans } from '#shared/generator/random-spans.ts'
import { MARK_ENTRIES_DROPPED, MARK_VALUE_CUT, NO_SERVICE, POOLS } from './columns.ts'
import { RowCopier } from './copy-rows.ts'
import { encodeText } from './dictionary.ts'
import { SpanTableBuilder, TableFullError } from './span-table-builder.ts'
import { viewSpanTable } from './span-table-view.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

function begin(table: SpanTableBuilder, id = 1): number {
  const row = table.beginSpan()
  table.traceId[row * 4] = 1
  table.spanId[row * 2] = id
  return row
}

function intern(table: SpanTableBuilder, ...bytes: number[]): number {
  const array = Uint8Array.from(bytes)
  return table.intern(array, new DataView(array.buffer), 0, array.length)
}

const FEW = { attributes: 2, events: 2, links: 1, valueBytes: 8, depth: 32 }

test('byte strings are entered once and found again, however many there are', () => {
  const table = new SpanTableBuilder({ capacity: { dictionary: 8, dictionaryBytes: 64 } })
  const ids = Array.from({ length: 5000 }, (_, i) => table.internText(`text ${i}`))
  expect(new Set(ids).size).toBe(5000)
  for (let i = 0; i < 5000; i++) {
    expect(table.internText(`text ${i}`)).toBe(ids[i])
    expect(table.dictionary.text(ids[i])).toBe(`text ${i}`)
  }
  expect(table.dictionary.find('text 4999')).toBe(ids[4999])
  expect(table.dictionary.find('text 5000')).toBe(-1)
  expect(table.dictionary.find('')).toBe(0)
  expect(() => table.dictionary.text(table.dictionary.size)).toThrow(RangeError)
})

test('a byte order mark at the front of a text stays', () => {
  const table = new SpanTableBuilder()
  const id = table.internText('\uFEFFname')
  expect(table.dictionary.text(id)).toBe('\uFEFFname')
  expect(table.dictionary.find('\uFEFFname')).toBe(id)
})

test('the rows of a table that grows are those that were written', () => {
  const small = new SpanTableBuilder({
    capacity: Object.fromEntries(
      POOLS.map(pool => [pool, pool === 'dictionary' || pool === 'dictionaryBytes' ? 32 : 1]),
    ),
  })
  const large = new SpanTableBuilder({ capacity: { rows: 1000, attributes: 10_000 } })
  addRandomSpans(small, new Random(SEED), 300)
  addRandomSpans(large, new Random(SEED), 300)
  expect(describeSpans(small)).toEqual(describeSpans(large))
})

test('a rejected row leaves no entry behind and says why', () => {
  const rejected: string[] = []
  const table = new SpanTableBuilder({
    onReject: (row, reason, of) => rejected.push(`${row} ${reason} ${of.dictionary.text(of.name[row])}`),
    accept: (row, of) => (of.kind[row] === 4 ? 'not_sampled' : undefined),
  })
  const key = table.internText('k')
  const fill = (id: number, kind = 1) => {
    const row = begin(table, id)
    table.kind[row] = kind
    table.name[row] = table.internText(`span ${id}`)
    table.addAttribute(key, 3, id, 0)
    table.addEvent(1, 0, key, 0)
    table.addEventAttribute(key, 3, id, 0)
    table.addLink(Uint32Array.of(1, 1, 1, 1), 0, Uint32Array.of(1, 1), 0, 0, 0, 0)
    table.addLinkAttribute(key, 3, id, 0)
    return row
  }
  fill(1)
  expect(table.endSpan()).toBe(true)
  fill(0)
  expect(table.endSpan()).toBe(false)
  fill(2, 4)
  expect(table.endSpan()).toBe(false)
  table.traceId[fill(3) * 4] = 0
  expect(table.endSpan()).toBe(false)
  fill(4)
  intern(table, 0xff)
  expect(table.endSpan()).toBe(false)
  fill(5)
  expect(table.endSpan()).toBe(true)
  expect(rejected).toEqual([
    '1 invalid_span_id span 0',
    '1 not_sampled span 2',
    '1 invalid_trace_id span 3',
    '1 invalid_utf8 span 4',
  ])
  expect(table.rejectedCount).toBe(4)
  expect([table.rowCount, table.attributeCount, table.eventCount, table.linkAttributeCount]).toEqual([2, 2, 2, 2])
  expect(describeSpan(table, 1).attributes).toEqual([['k', 3, '0:5']])
})

test('a row that was begun and given up leaves its entries to nobody', () => {
  const table = new SpanTableBuilder()
  const key = table.internText('k')
  begin(table, 1)
  table.addAttribute(key, 3, 1, 0)
  table.addEvent(1, 0, key, 0)
  begin(table, 2)
  table.addAttribute(key, 3, 2, 0)
  table.endSpan()
  expect(describeSpan(table, 0)).toMatchObject({ attributes: [['k', 3, '0:2']], events: [] })
})

test('entries above the limits are counted, marked, and take their own attributes with them', () => {
  const table = new SpanTableBuilder({ limits: FEW })
  const key = table.internText('k')
  const row = begin(table)
  table.droppedEvents[row] = 5
  for (let i = 0; i < 5; i++) table.addAttribute(key, 3, i, 0)
  const events = [0, 1, 2, 3].map(i => {
    const event = table.addEvent(i, 0, key, 0)
    table.addEventAttribute(key, 3, i, 0)
    return event
  })
  const ids = Uint32Array.of(1, 1, 1, 1)
  for (let i = 0; i < 3; i++) {
    table.addLink(ids, 0, ids, 0, 0, i, 0)
    for (let k = 0; k < 3; k++) table.addLinkAttribute(key, 3, i * 10 + k, 0)
  }
  table.endSpan()
  const span = describeSpan(table, 0)
  expect(events).toEqual([0, 1, -1, -1])
  expect(span.attributes.map(([, , value]) => value)).toEqual(['0:0', '0:1'])
  expect(span.events.map(event => event.attributes)).toEqual([[['k', 3, '0:0']], [['k', 3, '0:1']]])
  expect(span.links).toMatchObject([
    {
      flags: 0,
      attributes: [
        ['k', 3, '0:0'],
        ['k', 3, '0:1'],
      ],
      dropped: 1,
    },
  ])
  expect(span.dropped).toEqual([3, 7, 2])
  expect(span.marks).toBe(MARK_ENTRIES_DROPPED)
  // The next row begins anew.
  begin(table, 2)
  table.addEvent(9, 0, key, 0)
  table.addEventAttribute(key, 3, 9, 0)
  table.endSpan()
  expect(describeSpan(table, 1)).toMatchObject({ marks: 0, events: [{ attributes: [['k', 3, '0:9']] }] })
})

test('no event at all is allowed: nothing is written before the first one', () => {
  const table = new SpanTableBuilder({ limits: { ...FEW, events: 0, links: 0 } })
  begin(table)
  expect(table.addEvent(1, 0, 0, 0)).toBe(-1)
  table.addEventAttribute(1, 3, 1, 0)
  expect(table.addLink(Uint32Array.of(1, 1, 1, 1), 0, Uint32Array.of(1, 1), 0, 0, 0, 0)).toBe(-1)
  table.addLinkAttribute(1, 3, 1, 0)
  table.endSpan()
  expect(table.eventAttributeCount + table.linkAttributeCount).toBe(0)
  expect(describeSpan(table, 0).dropped).toEqual([0, 1, 1])
})

test('copying under a limit keeps what fits', () => {
  const from = new SpanTableBuilder()
  const key = from.internText('k')
  begin(from)
  for (let i = 0; i < 4; i++) {
    from.addEvent(i, 0, key, 0)
    from.addEventAttribute(key, 3, i, 0)
  }
  from.endSpan()
  const to = new SpanTableBuilder({ limits: FEW })
  new RowCopier(from, to).copy(0)
  expect(describeSpan(to, 0).events.map(event => event.attributes)).toEqual([[['k', 3, '0:0']], [['k', 3, '0:1']]])
})

test('a text above the limit is cut between characters', () => {
  const table = new SpanTableBuilder({ limits: FEW })
  const cutOf = (text: string) => {
    const row = begin(table)
    const bytes = encodeText(text)
    const id = table.internValue(bytes, new DataView(bytes.buffer), 0, bytes.length)
    return [table.dictionary.text(id), table.marks[row]]
  }
  expect(cutOf('12345678')).toEqual(['12345678', 0])
  expect(cutOf('123456789')).toEqual(['12345678', MARK_VALUE_CUT])
  expect(cutOf('1234567é')).toEqual(['1234567', MARK_VALUE_CUT])
  expect(cutOf('12345𝄞')).toEqual(['12345', MARK_VALUE_CUT])
  expect(table.cutValueCount).toBe(3)
})

test.for([
  ['overlong', [0xc0, 0x80]],
  ['surrogate', [0xed, 0xa0, 0x80]],
  ['above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ['cut', [0xe2, 0x82]],
  ['lone continuation', [0x80]],
  ['overlong of three', [0xe0, 0x9f, 0xbf]],
] as const)('not UTF-8: %s', ([, bytes]) => {
  const table = new SpanTableBuilder()
  begin(table)
  intern(table, ...bytes)
  expect(table.endSpan()).toBe(false)
  // The same bytes again are still no text.
  begin(table)
  intern(table, ...bytes)
  expect(table.endSpan()).toBe(false)
})

test('equal resources and scopes are one; service.name must be text', () => {
  const table = new SpanTableBuilder()
  const resource = (type: 1 | 3, value: number, dropped = 0) => {
    table.addResourceAttribute(table.internText('service.name'), type, value, 0)
    return table.endResource(0, dropped)
  }
  const cart = table.internText('cart')
  const a = resource(1, cart)
  expect([resource(1, cart), resource(1, cart, 1), resource(3, cart)]).toEqual([a, a + 1, a + 2])
  expect(table.resourceService[a]).toBe(cart)
  expect(table.resourceService[a + 2]).toBe(NO_SERVICE)
  expect([table.endScope(cart, 0, 0, 0), table.endScope(cart, 0, 0, 0), table.endScope(0, cart, 0, 0)]).toEqual([
    0, 0, 1,
  ])
})

test(`undone to a mark, then written again (seed ${SEED})`, () => {
  const table = new SpanTableBuilder()
  addRandomSpans(table, new Random(SEED), 20)
  const before = describeSpans(table)
  const mark = table.mark()
  addRandomSpans(table, new Random(SEED + 1), 20)
  begin(table)
  table.addAttribute(1, 3, 1, 0)
  table.addResourceAttribute(1, 3, 1, 0)
  table.rollback(mark)
  expect(describeSpans(table)).toEqual(before)
  addRandomSpans(table, new Random(SEED + 2), 20)
  const fresh = new SpanTableBuilder()
  addRandomSpans(fresh, new Random(SEED + 2), 20)
  expect(describeSpans(table)).toEqual([...before, ...describeSpans(fresh)])
})

test('a mark inside a row is the state before it', () => {
  const table = new SpanTableBuilder()
  begin(table)
  expect(table.mark().rows).toBe(0)
})

test('a shared table never moves: full is told by pool, and undone', () => {
  const table = new SpanTableBuilder({ shared: true, capacity: { rows: 4, attributes: 6 } })
  const buffer = table.buffer
  const key = table.internText('k')
  const write = () => {
    begin(table)
    for (let i = 0; i < 2; i++) table.addAttribute(key, 3, i, 0)
    table.endSpan()
  }
  for (let i = 0; i < 3; i++) write()
  const mark = table.mark()
  expect(write).toThrow(TableFullError)
  table.rollback(mark)
  expect([table.rowCount, table.attributeCount, table.buffer]).toEqual([3, 6, buffer])
})

test(`another thread's view sees published rows and no others (seed ${SEED})`, () => {
  const capacity = {
    rows: 500,
    attributes: 5000,
    events: 2000,
    eventAttributes: 5000,
    links: 1000,
    linkAttributes: 2000,
    dictionary: 4096,
    dictionaryBytes: 65_536,
    resources: 64,
    resourceAttributes: 512,
    scopes: 64,
    scopeAttributes: 256,
  }
  const table = new SpanTableBuilder({ shared: true, capacity })
  const view = viewSpanTable(table)
  expect(view.rowCount).toBe(0)
  addRandomSpans(table, new Random(SEED), 30)
  expect(view.refresh()).toBe(0)
  table.publish()
  addRandomSpans(table, new Random(SEED + 1), 10)
  expect(view.refresh()).toBe(30)
  expect(describeSpans(view)).toEqual(describeSpans(table).slice(0, 30))
  const count = (of: typeof table | typeof view) => of.attributes.keys().reduce((sum, use) => sum + use.count, 0)
  expect(count(view)).toBe(table.attributeEnd[29])
  table.publish(35)
  expect(view.refresh()).toBe(35)
  expect(view.dictionary.find('SELECT 1')).toBe(table.dictionary.find('SELECT 1'))
  expect(describeSpans(view)).toEqual(describeSpans(table).slice(0, 35))
})

test(`adopted columns go on as if written here (seed ${SEED})`, () => {
  const first = new SpanTableBuilder()
  addRandomSpans(first, new Random(SEED), 30)
  const second = new SpanTableBuilder({ capacity: first.capacity })
  new Uint8Array(second.buffer).set(new Uint8Array(first.buffer))
  second.adopt(first.mark())
  expect(describeSpans(second)).toEqual(describeSpans(first))
  addRandomSpans(first, new Random(SEED + 1), 10)
  addRandomSpans(second, new Random(SEED + 1), 10)
  expect(describeSpans(second)).toEqual(describeSpans(first))
  expect([second.resourceCount, second.scopeCount, second.dictionaryCount]).toEqual([
    first.resourceCount,
    first.scopeCount,
    first.dictionaryCount,
  ])
})

test('the values of one key name their owners, also far apart', () => {
  const table = new SpanTableBuilder()
  const [rare, common] = [table.internText('rare'), table.internText('common')]
  for (let i = 0; i < 300; i++) {
    begin(table, i + 1)
    if (i % 3 !== 0) table.addAttribute(common, 3, i, 0)
    if (i === 7 || i === 250) for (let k = 0; k < 2; k++) table.addAttribute(rare, 3, k, 0)
    table.endSpan()
  }
  const found: number[][] = []
  table.attributes.forKey(rare, (owner, _type, low) => found.push([owner, low]))
  expect(found).toEqual([
    [7, 0],
    [7, 1],
    [250, 0],
    [250, 1],
  ])
})
