import { expect, test } from 'vitest'
import { StoreUnavailableError } from '#server/errors.ts'
import type { SpanWriter } from '#server/storage/store.ts'
import { ledgerFaults } from '#shared/api/ledger-check.ts'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { DEFAULT_SPAN_LIMITS, SpanTableBuilder, TableFullError } from '#shared/spans/span-table-builder.ts'
import { addLedgers, Ledger, MOST_SERVICES } from './ledger.ts'
import { createIngest } from './pipeline.ts'
import { addSenders, Senders } from './senders.ts'

const message = { protocol: 'otlp_grpc', wireBytes: 1, bytes: 1, peer: '127.0.0.1', userAgent: 'test' }

/** A writer that keeps rows in a private table and can be told to fail. */
function memoryWriter(options: { failCommit?: Error; copies?: readonly number[] } = {}) {
  const table = new SpanTableBuilder()
  const made: string[] = []
  const writer: SpanWriter = {
    open: () => table,
    makeRoom: () => {
      made.push('room')
      return Promise.resolve()
    },
    commit: (from, onCopy) => {
      if (options.failCommit !== undefined) {
        table.rollback(from)
        return Promise.reject(options.failCommit)
      }
      for (const row of options.copies ?? []) onCopy?.(row)
      const duplicate = options.copies?.length ?? 0
      return Promise.resolve({ stored: table.rowCount - from.rows - duplicate, duplicate })
    },
    rollback: to => {
      made.push('rollback')
      table.rollback(to)
    },
    close: () => Promise.resolve(),
  }
  return { writer, table, made }
}

function pipelineOn(writer: SpanWriter) {
  const ledger = new Ledger()
  const senders = new Senders()
  const ingest = createIngest({
    writers: new Map([['main', writer]]),
    limits: DEFAULT_SPAN_LIMITS,
    ledger,
    senders,
    now: () => 1_700_000_000_000,
  })
  return { ingest, ledger, senders }
}

const SHOP = `
web: GET / [0 100ms]
  cart: GET /cart [10ms 50ms]
  cart: SELECT items [20ms 30ms]
`

test('what came in is counted by service, and the fate says the same', async () => {
  const { writer } = memoryWriter({ copies: [1] })
  const { ingest, ledger } = pipelineOn(writer)
  const fate = await ingest(message, table => {
    parseTraces(SHOP, table)
    // A span without ids: not to be kept.
    table.beginSpan()
    table.endSpan()
  })
  expect(fate).toMatchObject({ received: 4, stored: 2, duplicate: 1 })
  expect([...fate.rejected]).toEqual([['invalid_trace_id', 1]])
  const { lines, total } = addLedgers([ledger.report(), ledger.report()])
  expect(total).toMatchObject({ received: 8, stored: 4, duplicate: 2, rejected: { invalid_trace_id: 2 } })
  expect(ledgerFaults({ total, lines })).toEqual([])
  expect(lines.find(({ service }) => service === 'cart')).toMatchObject({ received: 4, stored: 2, duplicate: 2 })
})

test('bytes that are no message leave no row and no line', async () => {
  const { writer, table, made } = memoryWriter()
  const { ingest, ledger } = pipelineOn(writer)
  const broken = ingest(message, rows => {
    parseTraces(SHOP, rows)
    throw new DecodeError('the message ends inside a span')
  })
  await expect(broken).rejects.toThrow(DecodeError)
  expect(table.rowCount).toBe(0)
  expect(made).toEqual(['rollback'])
  expect(ledger.report().lines).toEqual([])
})

test('spans that the store could not take are not in the ledger: the sender sends them again', async () => {
  const { writer } = memoryWriter({ failCommit: new StoreUnavailableError('disk full') })
  const { ingest, ledger, senders } = pipelineOn(writer)
  await expect(ingest(message, rows => parseTraces(SHOP, rows))).rejects.toThrow('disk full')
  expect(ledger.report().lines).toEqual([])
  expect(senders.report(1_700_000_000_000)).toEqual([])
})

test('a full table is decoded into again after room was made, from scratch', async () => {
  const { writer, table, made } = memoryWriter()
  const { ingest } = pipelineOn(writer)
  let calls = 0
  const fate = await ingest(message, rows => {
    parseTraces(SHOP, rows)
    if (++calls === 1) throw new TableFullError('rows')
  })
  expect(made).toEqual(['rollback', 'room'])
  expect(fate).toMatchObject({ received: 3, stored: 3 })
  expect(table.rowCount).toBe(3)
})

test('services beyond the first thousand share a line, and the sum stays exact', () => {
  const ledger = new Ledger()
  for (let i = 0; i < MOST_SERVICES + 50; i++) {
    ledger.enter('p', new Map([[`s${i}`, { received: 2, duplicate: 1, rejected: new Map(), dropped: new Map() }]]))
  }
  const { lines, total } = addLedgers([ledger.report()])
  expect(lines.length).toBe(MOST_SERVICES + 1)
  expect(lines[0]).toMatchObject({ service: 'other', received: 100, stored: 50 })
  expect(total.received).toBe((MOST_SERVICES + 50) * 2)
})

test('senders are listed latest first with their rate, and forgotten after a quarter of an hour', () => {
  const senders = new Senders()
  const key = { protocol: 'p', service: 'a', peer: 'x', client: 'c' }
  for (let second = 0; second < 120; second++) senders.note(key, 10, 1e12 + second * 1000, 1e12 + second * 1000 - 50)
  senders.note({ ...key, service: 'b' }, 1, 1e12 + 121_000, undefined)
  const [b, a] = senders.report(1e12 + 121_000)
  expect(b).toMatchObject({ service: 'b', clockOffsetMs: null })
  expect(a).toMatchObject({ service: 'a', spans: 1200, clockOffsetMs: 50 })
  expect(a.spansPerSecond).toBeGreaterThan(8)
  expect(a.spansPerSecond).toBeLessThan(12)
  expect(addSenders([senders.report(1e12 + 121_000), [{ ...a, spans: 1 }]])[1]).toMatchObject({ spans: 1201 })
  expect(senders.report(1e12 + 18 * 60_000)).toEqual([])
})
