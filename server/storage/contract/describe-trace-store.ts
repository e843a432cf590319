/**
 * Every promise of store.ts as a test, for every adapter. An adapter calls it once for each state that its spans may be in: `settle` brings
 * what was written into that state (sealed, merged, read back after a crash). A promise that a store does not keep is left out by name
 * and with a reason.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Random } from '#shared/generator/random.ts'
import { attribute } from '#shared/generator/add-span.ts'
import type { Condition, TraceQuery } from '#shared/query/tree.ts'
import { type Attribute } from '#shared/spans/attribute-value.ts'
import { LimitError, QueryError, StoreUnavailableError } from '#server/errors.ts'
import type {
  SpanWriter,
  TimeRange,
  TraceArchive,
  TraceReader,
  TraceSummaries,
  TraceSummary,
} from '#server/storage/store.ts'
import { compareWithModel, EVER } from './compare-with-model.ts'
import { expectLinksTo } from './expect-links-to.ts'
import { Model, spanTexts } from './model.ts'
import { addTo, hex, spanId, spans, traceId } from './plain-spans.ts'
import { BASE, dealRows, randomTable } from './random-traces.ts'
import { send, sendRows } from './send.ts'

/** A store under test. `writer`, `demoWriter` and `reader` are asked for anew after `settle`, which may have replaced them. */
export interface StoreUnderTest {
  readonly writer: SpanWriter
  /** Writes the class `demo`; undefined: the store keeps no demo. */
  readonly demoWriter?: SpanWriter
  readonly reader: TraceReader
  /** Brings what was written into the state that is under test. */
  settle?(): Promise<void>
  close(): Promise<void>
}

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)
const SECOND = 1_000_000_000n
const never = new AbortController().signal

/** `rounds`: of the comparison with the model. */
export function describeTraceStore(
  name: string,
  open: () => Promise<StoreUnderTest>,
  options: { readonly rounds?: number } = {},
): void {
  describe(`${name} keeps what a trace store promises (seed ${SEED})`, () => {
    let store: StoreUnderTest
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    const settle = (): Promise<void> => store.settle?.() ?? Promise.resolve()
    const find = (query: Partial<TraceQuery> = {}): Promise<TraceSummaries> =>
      store.reader.findTraces({ where: { node: 'true' }, ...EVER, limit: 1000, ...query }, never)
    const ids = async (query?: Partial<TraceQuery>): Promise<string[]> =>
      (await find(query)).traces.map(({ traceId }) => traceId)
    const readTexts = async (id: string): Promise<string[]> =>
      spanTexts(await store.reader.readTrace(traceId(id), never))

    // ---- writing ----

    test('what was acknowledged is found by id at once, and by search', async () => {
      for (let k = 1; k <= 20; k++) {
        const one = spans([{ trace: k, span: 1 }])
        expect(await sendRows(store.writer, one)).toEqual({ stored: 1, duplicate: 0 })
        expect(await readTexts(hex(k))).toEqual(spanTexts(one))
      }
      await settle()
      expect((await ids()).length).toBe(20)
      expect(await readTexts(hex(7))).toEqual(spanTexts(spans([{ trace: 7, span: 1 }])))
    })

    test('rows that were rolled back are nowhere, and those after them are whole', async () => {
      const { writer } = store
      const table = writer.open()
      const mark = table.mark()
      addTo(table, [{ trace: 1, span: 1, attributes: [attribute('gone', 'x'.repeat(100))] }])
      writer.rollback(mark)
      await sendRows(writer, spans([{ trace: 2, span: 1, name: 'kept' }]))
      await settle()
      expect(await ids()).toEqual([hex(2)])
      expect((await store.reader.readTrace(traceId(hex(1)), never)).rowCount).toBe(0)
    })

    test('commits may wait at the same time', async () => {
      const waiting = Array.from({ length: 30 }, (_, k) => sendRows(store.writer, spans([{ trace: k + 1, span: 1 }])))
      for (const result of await Promise.all(waiting)) expect(result).toEqual({ stored: 1, duplicate: 0 })
      await settle()
      expect((await ids()).length).toBe(30)
    })

    test('an empty request is answered', async () => {
      expect(await send(store.writer, () => undefined)).toEqual({ stored: 0, duplicate: 0 })
    })

    test('a request larger than a table is kept whole or refused whole', async () => {
      const large = spans(Array.from({ length: 3000 }, (_, k) => ({ trace: 1, span: k + 1 })))
      const result = await sendRows(store.writer, large).catch((error: unknown) => error)
      await settle()
      const { rowCount } = await store.reader.readTrace(traceId(hex(1)), never)
      const expected = result instanceof LimitError ? [result, 0] : [{ stored: 3000, duplicate: 0 }, 3000]
      expect([result, rowCount]).toEqual(expected)
    })

    test('a closed writer takes nothing', async () => {
      await sendRows(store.writer, spans([{ trace: 1, span: 1 }]))
      await store.writer.close()
      expect(() => store.writer.open()).toThrow(StoreUnavailableError)
      expect((await store.reader.readTrace(traceId(hex(1)), never)).rowCount).toBe(1)
    })

    // ---- equal and different spans ----

    test('equal spans count once, different ones under one id are both kept', async () => {
      const first = spans([
        { trace: 1, span: 1 },
        { trace: 1, span: 2, parent: 1, service: 'b' },
      ])
      const other = spans([{ trace: 1, span: 2, parent: 1, service: 'b', name: 'another' }])
      let kept = 0
      for (const table of [first, first, other, first]) {
        const { stored, duplicate } = await sendRows(store.writer, table)
        expect(stored + duplicate).toBe(table.rowCount)
        kept += stored
      }
      expect(kept).toBeGreaterThanOrEqual(3)
      await settle()
      await sendRows(store.writer, first)
      expect(await readTexts(hex(1))).toEqual([...spanTexts(first), ...spanTexts(other)].sort())
      const [summary] = (await find()).traces
      expect(summary).toMatchObject({ spanCount: 3, matchedCount: 3 })
      const edges = await store.reader.serviceEdges(EVER, never)
      expect(edges).toEqual([{ parent: 'a', child: 'b', callCount: 2, errorCount: 0 }])
    })

    test('onCopy is told of each copy that the commit recognised', async () => {
      await sendRows(store.writer, spans([{ trace: 1, span: 1 }]))
      const table = store.writer.open()
      const mark = table.mark()
      addTo(table, [
        { trace: 2, span: 1 },
        { trace: 1, span: 1 },
      ])
      let copies = 0
      const { stored, duplicate } = await store.writer.commit(mark, () => copies++)
      expect([stored + duplicate, copies]).toEqual([2, duplicate])
    })

    // ---- reading one trace ----

    test('an unknown trace is an empty table', async () => {
      await sendRows(store.writer, spans([{ trace: 1, span: 1 }]))
      await settle()
      expect((await store.reader.readTrace(traceId(hex(99)), never)).rowCount).toBe(0)
    })

    test('a trace that came in pieces is read and found whole', async () => {
      for (let k = 1; k <= 6; k++) await sendRows(store.writer, spans([{ trace: 1, span: k, parent: k - 1 }]))
      await settle()
      for (let k = 7; k <= 9; k++)
        await sendRows(store.writer, spans([{ trace: 1, span: k, parent: k - 1, status: 'error' }]))
      expect((await store.reader.readTrace(traceId(hex(1)), never)).rowCount).toBe(9)
      expect((await find()).traces).toMatchObject([{ spanCount: 9, errorCount: 3, root: { orphan: false } }])
    })

    test('everything that a span can have survives', async () => {
      const random = new Random(SEED)
      const table = randomTable(random, 120, 10)
      const model = new Model()
      model.add(table)
      await sendRows(store.writer, table)
      await settle()
      for (const id of model.traceIds()) expect(await readTexts(id), `${id}`).toEqual(model.readTrace(id))
    })

    // ---- searching ----

    test('newest first, ties by id, every page follows the one before', async () => {
      const starts = [5n, 3n, 9n, 3n, 3n, 7n]
      await sendRows(store.writer, spans(starts.map((start, k) => ({ trace: k + 1, span: 1, start: BASE + start }))))
      await settle()
      const wanted = [3, 6, 1, 2, 4, 5].map(hex)
      expect(await ids()).toEqual(wanted)
      for (const limit of [1, 2, 3, 5]) {
        const seen: string[] = []
        let cursor: string | undefined
        do {
          const page = await find({ limit, cursor })
          expect(page.incomplete).toBeUndefined()
          seen.push(...page.traces.map(({ traceId: id }) => id))
          ;({ cursor } = page)
        } while (cursor !== undefined)
        expect(seen).toEqual(wanted)
      }
    })

    test('a cursor goes on where it ended, whatever came meanwhile', async () => {
      await sendRows(store.writer, spans([1, 2, 3].map(k => ({ trace: k, span: 1, start: BASE + BigInt(k) }))))
      const first = await find({ limit: 1 })
      await sendRows(store.writer, spans([{ trace: 9, span: 1, start: BASE + 9n }]))
      await settle()
      expect(await ids({ cursor: first.cursor })).toEqual([hex(2), hex(1)])
    })

    test('times and trace durations are in when they stand on a bound', async () => {
      await sendRows(
        store.writer,
        spans([
          { trace: 1, span: 1, start: BASE, end: BASE + 10n },
          { trace: 2, span: 1, start: BASE + 100n, end: BASE + 100n },
          { trace: 2, span: 2, start: BASE + 110n, end: BASE + 120n },
        ]),
      )
      await settle()
      expect(await ids({ from: BASE, to: BASE })).toEqual([hex(1)])
      expect(await ids({ from: BASE + 1n, to: BASE + 99n })).toEqual([])
      expect(await ids({ from: BASE + 110n, to: BASE + 110n })).toEqual([hex(2)])
      expect(await ids({ traceDuration: { min: 20, max: 20 } })).toEqual([hex(2)])
      expect(await ids({ traceDuration: { max: 10 } })).toEqual([hex(1)])
    })

    test('all conditions hold on one span', async () => {
      const tagged = (key: string): Attribute[] => [attribute(key, 'x')]
      await sendRows(
        store.writer,
        spans([
          { trace: 1, span: 1, name: 'one', attributes: tagged('k') },
          { trace: 2, span: 1, name: 'one' },
          { trace: 2, span: 2, name: 'two', attributes: tagged('k') },
        ]),
      )
      await settle()
      const isName = (value: string): Condition => ({
        node: 'compare',
        field: { kind: 'intrinsic', name: 'name' },
        operator: '=',
        value: { type: 'string', value },
      })
      const has: Condition = { node: 'exists', field: { kind: 'attribute', scope: 'span', key: 'k' } }
      expect(await ids({ where: { node: 'and', operands: [isName('one'), has] } })).toEqual([hex(1)])
    })

    test('a summary says what the trace is', async () => {
      await sendRows(
        store.writer,
        spans([
          { trace: 1, span: 2, parent: 1, service: 'b', status: 'error', start: BASE + 5n, end: BASE + 50n },
          { trace: 1, span: 1, service: 'a', name: 'GET /', kind: 'server', start: BASE, end: BASE + 40n },
          { trace: 1, span: 3, parent: 1, service: 'b', start: BASE + 6n, end: BASE + 7n },
          { trace: 1, span: 4, parent: 1, service: undefined, start: BASE + 7n, end: BASE + 8n },
          { trace: 2, span: 5, parent: 99, service: undefined, status: 'error', start: BASE - 1n },
        ]),
      )
      await settle()
      const expected: TraceSummary[] = [
        {
          traceId: traceId(hex(1)),
          startTime: BASE,
          endTime: BASE + 50n,
          spanCount: 4,
          errorCount: 1,
          matchedCount: 4,
          root: { spanId: spanId(1), service: 'a', name: 'GET /', kind: 'server', error: false, orphan: false },
          services: [
            { name: 'b', spanCount: 2, errorCount: 1 },
            { name: 'a', spanCount: 1, errorCount: 0 },
            { name: undefined, spanCount: 1, errorCount: 0 },
          ],
        },
        {
          traceId: traceId(hex(2)),
          startTime: BASE - 1n,
          endTime: BASE,
          spanCount: 1,
          errorCount: 1,
          matchedCount: 1,
          root: { spanId: spanId(5), service: undefined, name: 'n', kind: 'internal', error: true, orphan: true },
          services: [{ name: undefined, spanCount: 1, errorCount: 1 }],
        },
      ]
      const answer = await find()
      expect(answer.traces).toEqual(expected)
      expect(answer.spansRead).toBeGreaterThan(0)
      expect(answer.asOf).toBeGreaterThan(1_600_000_000n * SECOND)
    })

    test('what a store does not run is refused by name', async () => {
      const nothing: Condition = { node: 'true' }
      const others: readonly Condition[] = [
        { node: 'not', operand: nothing },
        { node: 'or', operands: [nothing, nothing] },
      ]
      const { conditions } = store.reader.capabilities
      for (const where of others.filter(({ node }) => !conditions.some(can => can === node))) {
        const error = await find({ where }).catch((thrown: unknown) => thrown)
        expect([error instanceof QueryError, String(error)]).toEqual([true, expect.stringContaining(where.node)])
      }
      await expect(find({ cursor: 'no cursor' })).rejects.toThrow(QueryError)
    })

    // ---- lists ----

    test('services, operations, keys and values', async () => {
      await sendRows(
        store.writer,
        spans([
          { trace: 1, span: 1, service: 'b', name: 'x', kind: 'server', attributes: [attribute('Http.Code', 200)] },
          {
            trace: 1,
            span: 2,
            service: '\u{1d11e}',
            name: 'x',
            kind: 'client',
            attributes: [attribute('http.url', 'u')],
          },
          { trace: 2, span: 3, service: '\uffee', name: 'a', attributes: [attribute('Http.Code', 200)] },
          { trace: 2, span: 4, service: undefined, name: 'z', attributes: [attribute('Http.Code', 'Two')] },
        ]),
      )
      await settle()
      const { reader } = store
      expect(await reader.serviceNames(never)).toEqual(['b', '\uffee', '\u{1d11e}'])
      expect(await reader.operations('b', never)).toEqual([{ name: 'x', kind: 'server' }])
      expect(await reader.operations('nobody', never)).toEqual([])
      expect(await reader.operations(undefined, never)).toEqual([
        { name: 'a', kind: 'internal' },
        { name: 'x', kind: 'server' },
        { name: 'x', kind: 'client' },
        { name: 'z', kind: 'internal' },
      ])
      expect(await reader.attributeKeys({ prefix: 'HTTP.', limit: 10 }, never)).toEqual([
        { scope: 'span', key: 'Http.Code', types: ['string', 'int'], count: 3 },
        { scope: 'span', key: 'http.url', types: ['string'], count: 1 },
      ])
      expect((await reader.attributeKeys({ prefix: 'http.', limit: 1 }, never)).length).toBe(1)
      expect((await reader.attributeKeys({ service: 'b', prefix: 'http.', limit: 9 }, never)).length).toBe(1)
      expect(await reader.attributeValues({ key: 'Http.Code', limit: 10 }, never)).toEqual([
        { value: '200', count: 2 },
        { value: 'Two', count: 1 },
      ])
      expect(await reader.attributeValues({ key: 'Http.Code', prefix: 'tW', limit: 9 }, never)).toEqual([
        { value: 'Two', count: 1 },
      ])
      expect(await reader.attributeValues({ key: 'Http.Code', service: 'b', limit: 9 }, never)).toEqual([
        { value: '200', count: 1 },
      ])
      expect(await reader.attributeValues({ key: 'absent', limit: 9 }, never)).toEqual([])
    })

    test('edges are of children that start in the range, wherever their parents lie', async () => {
      await sendRows(store.writer, spans([{ trace: 1, span: 1, service: 'a', start: BASE }]))
      await settle()
      await sendRows(
        store.writer,
        spans([
          { trace: 1, span: 2, parent: 1, service: 'b', status: 'error', start: BASE + 2n },
          { trace: 1, span: 3, parent: 1, service: 'b', start: BASE + 5n },
          { trace: 1, span: 4, parent: 2, service: 'b', start: BASE + 6n },
        ]),
      )
      const edges = (from: bigint, to: bigint) => store.reader.serviceEdges({ from, to }, never)
      expect(await edges(EVER.from, EVER.to)).toEqual([{ parent: 'a', child: 'b', callCount: 2, errorCount: 1 }])
      expect(await edges(BASE + 5n, BASE + 9n)).toEqual([{ parent: 'a', child: 'b', callCount: 1, errorCount: 0 }])
      expect(await edges(BASE, BASE + 1n)).toEqual([])
    })

    test('durations of an operation by bucket, whether its spans are new or settled, in the range to the minute', async () => {
      const minute = 60_000_000_000n
      const begin = BASE - (BASE % minute)
      const lasting = (span: number, ns: number, more: Partial<Parameters<typeof spans>[0][number]> = {}) => {
        const start = more.start ?? begin
        return {
          trace: 1,
          span,
          service: 'a',
          name: 'op',
          kind: 'server',
          ...more,
          start,
          end: start + BigInt(ns),
        } as const
      }
      await sendRows(store.writer, spans([lasting(1, 5_000_000), lasting(2, 0), lasting(3, 7, { name: 'other' })]))
      await settle()
      await sendRows(
        store.writer,
        spans([
          lasting(4, 5_000_001),
          lasting(5, 80_000_000, { kind: 'client' }),
          lasting(6, 9, { service: undefined }),
          lasting(7, 90_000_000, { start: begin + 2n * minute }),
        ]),
      )
      const durations = async (more: object = {}, range: TimeRange = EVER): Promise<string[]> => {
        const operation = { service: 'a', name: 'op', kind: undefined, ...more }
        const buckets = await store.reader.operationDurations(operation, range, never)
        for (const { fromNs, toNs } of buckets.slice(1)) expect(toNs / fromNs).toBeLessThanOrEqual(1.13)
        const inside = (ns: number): number =>
          buckets.reduce((sum, { fromNs, toNs, count }) => sum + (ns >= fromNs && ns < toNs ? count : 0), 0)
        const zero = buckets.find(({ toNs }) => toNs === 0)?.count ?? 0
        return [`zero ${zero}`, ...[5_000_000, 80_000_000, 90_000_000].map(ns => `${ns / 1e6} ms ${inside(ns)}`)]
      }
      expect(await durations()).toEqual(['zero 1', '5 ms 2', '80 ms 1', '90 ms 1'])
      expect(await durations({ kind: 'server' })).toEqual(['zero 1', '5 ms 2', '80 ms 0', '90 ms 1'])
      const first = { from: begin, to: begin + minute }
      expect(await durations({}, first)).toEqual(['zero 1', '5 ms 2', '80 ms 1', '90 ms 0'])
      expect(await durations({ service: 'b' })).toEqual(['zero 0', '5 ms 0', '80 ms 0', '90 ms 0'])
      const nameless = { service: undefined, name: 'op', kind: undefined }
      expect(await store.reader.operationDurations(nameless, EVER, never)).toEqual([
        { fromNs: 1, toNs: 1024, count: 1 },
      ])
    })

    test('links to a trace are those of other traces, newest first, each once, whether spans are new or settled', async () => {
      await expect(expectLinksTo(() => store, settle)).resolves.toBeUndefined()
    })

    test('in edges, spans without a service are those of unknown_service', async () => {
      await sendRows(
        store.writer,
        spans([
          { trace: 1, span: 1, service: 'a' },
          { trace: 1, span: 2, parent: 1, service: undefined, status: 'error' },
          { trace: 1, span: 3, parent: 2, service: 'b' },
          { trace: 1, span: 4, parent: 2, service: undefined },
          { trace: 1, span: 5, parent: 2, service: 'unknown_service' },
        ]),
      )
      await settle()
      const edges = await store.reader.serviceEdges(EVER, never)
      expect([...edges].sort((x, y) => (x.parent < y.parent ? -1 : 1))).toEqual([
        { parent: 'a', child: 'unknown_service', callCount: 1, errorCount: 1 },
        { parent: 'unknown_service', child: 'b', callCount: 1, errorCount: 0 },
      ])
    })

    test('a complete answer says nothing of being incomplete', async () => {
      await sendRows(store.writer, spans([{ trace: 1, span: 1 }]))
      await settle()
      const told: string[] = []
      const tell = (reason: string): void => void told.push(reason)
      const { reader } = store
      await reader.readTrace(traceId(hex(1)), never, tell)
      await reader.serviceNames(never, tell)
      await reader.operations(undefined, never, tell)
      await reader.attributeKeys({ limit: 9 }, never, tell)
      await reader.attributeValues({ key: 'service.name', limit: 9 }, never, tell)
      await reader.serviceEdges(EVER, never, tell)
      expect([told, (await find()).incomplete]).toEqual([[], undefined])
    })

    // ---- the whole ----

    test('an archived trace is read as before, with what came since, each span once; released it is one like any other', async () => {
      if (store.reader.archive === undefined) return
      const archive = (): TraceArchive => store.reader.archive as TraceArchive
      const id = traceId(hex(1))
      const [first, late] = [spans([{ trace: 1, span: 1 }]), spans([{ trace: 1, span: 2, parent: 1 }])]
      expect([await archive().keep(id, never), archive().find(id)]).toEqual([undefined, undefined])
      await sendRows(store.writer, first)
      await settle()
      const kept = await archive().keep(id, never)
      expect(kept).toMatchObject({ traceId: id, spanCount: 1 })
      expect(archive().find(id)).toEqual(kept)
      expect(await readTexts(hex(1))).toEqual(spanTexts(first))
      await sendRows(store.writer, late)
      expect(await readTexts(hex(1))).toEqual([...spanTexts(first), ...spanTexts(late)].sort())
      expect(await archive().keep(id, never)).toMatchObject({ spanCount: 2 })
      expect([await archive().release(id), archive().find(id), await archive().release(id)]).toEqual([
        true,
        undefined,
        false,
      ])
      expect((await readTexts(hex(1))).length).toBe(2)
    })

    test('removeDemo takes the demo and nothing else', async () => {
      if (store.demoWriter === undefined) return
      const both = spans([{ trace: 3, span: 1 }])
      await sendRows(store.writer, spans([{ trace: 1, span: 1 }]))
      await sendRows(store.demoWriter, both)
      await sendRows(
        store.demoWriter,
        spans([
          { trace: 2, span: 1 },
          { trace: 2, span: 2 },
        ]),
      )
      await settle()
      await sendRows(store.demoWriter, spans([{ trace: 4, span: 1 }]))
      // The same span under both classes: one of them stays.
      await sendRows(store.writer, both)
      expect((await ids()).length).toBe(4)
      expect(await store.reader.removeDemo()).toBe(4)
      expect((await ids()).sort()).toEqual([hex(1), hex(3)])
      expect(await store.reader.removeDemo()).toBe(0)
      await sendRows(store.demoWriter, spans([{ trace: 5, span: 1 }]))
      expect((await ids()).length).toBe(3)
    })

    test('the status counts what is there', async () => {
      await sendRows(
        store.writer,
        spans([
          { trace: 1, span: 1 },
          { trace: 1, span: 2 },
        ]),
      )
      await settle()
      await sendRows(store.writer, spans([{ trace: 2, span: 1 }]))
      const status = await store.reader.status()
      expect(status).toMatchObject({ spanCount: 3, quarantined: [], writable: true, expiredSpans: 0 })
      expect(status.newestReceived).toBeGreaterThanOrEqual(status.oldestReceived ?? 2n ** 64n)
      expect(status.bytes).toBeGreaterThan(0)
    })

    test('a question whose asker has gone is not answered', async () => {
      await sendRows(store.writer, spans([{ trace: 1, span: 1 }]))
      const gone = new AbortController()
      gone.abort(new Error('gone'))
      await expect(store.reader.readTrace(traceId(hex(1)), gone.signal)).rejects.toThrow('gone')
      const leaving = new AbortController()
      const answer = store.reader.serviceNames(leaving.signal)
      leaving.abort(new Error('left'))
      await expect(answer).rejects.toThrow('left')
      expect(await store.reader.serviceNames(never)).toEqual(['a'])
    })

    test('many questions at once are all answered', async () => {
      await sendRows(store.writer, spans([{ trace: 1, span: 1 }]))
      await settle()
      const answers = await Promise.all(Array.from({ length: 60 }, () => ids()))
      for (const answer of answers) expect(answer).toEqual([hex(1)])
    })

    test('a closed store says so', async () => {
      const { reader } = store
      await reader.close()
      await expect(reader.serviceNames(never)).rejects.toThrow(StoreUnavailableError)
      await reader.close()
    })

    test(`answers are those of the naive model`, async () => {
      const rounds = options.rounds ?? 3
      for (let round = 0; round < rounds; round++) {
        const random = new Random(SEED + round)
        if (round > 0) {
          await store.close()
          store = await open()
        }
        const copies = random.chance(0.5) ? 0.1 : 0
        const table = randomTable(random, 40 + random.below(160), 1 + random.below(25))
        const model = new Model()
        for (const part of dealRows(random, table, 1 + random.below(6), copies)) {
          for (let row = 0; row < part.rowCount;) {
            const end = Math.min(part.rowCount, row + 1 + random.below(12))
            await sendRows(store.writer, part, row, end)
            row = end
          }
          model.add(part)
          if (random.chance(0.4)) await settle()
        }
        const compared = await compareWithModel(store.reader, model, random, copies === 0, `round ${round}`)
        expect(compared).toBeGreaterThan(0)
      }
    }, 120_000)
  })
}
