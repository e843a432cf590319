import { expect, test } from 'vitest'
import { loadSettings } from '#server/config/load-settings.ts'
import { openTestStore } from '#server/storage/blocks/test-blocks-store.ts'
import { spans } from '#server/storage/contract/plain-spans.ts'
import { sendRows } from '#server/storage/contract/send.ts'
import { StatusAnswer } from '#shared/api/spoor.ts'
import type { IngestReport } from './ingest-protocol.ts'
import { readStatus } from './status.ts'

function listener(name: string, connections: number): IngestReport['listeners'][number] {
  const stats = { connections, refusedConnections: 0, requests: 1, wireBytes: 1, refused: {} }
  return { name, address: '127.0.0.1', port: 4318, stats }
}

function report(...listeners: IngestReport['listeners']): IngestReport {
  const line = { protocol: '', service: '', received: 0, stored: 0, duplicate: 0, rejected: {}, dropped: {} }
  return { ledger: { lines: [line], valuesCut: 0, entriesDropped: 0 }, senders: [], listeners, notKept: {} }
}

test('limits are told with what is in use of them, as text and as numbers with their unit', async () => {
  const loaded = loadSettings({
    argv: ['--max-connections', '200', '--memory-budget', '200MiB', '--memory-store-spans', '5000'],
    env: {},
    readFile: () => '',
  })
  if (loaded.kind !== 'settings') throw new Error(JSON.stringify(loaded))
  const store = await openTestStore({ directory: undefined, settings: { memoryStoreSpans: 5000 }, local: true })
  await sendRows(
    store.writer,
    spans([
      { trace: 1, span: 1 },
      { trace: 1, span: 2 },
    ]),
  )
  const status = await readStatus({
    version: '0.0.0',
    settings: loaded.settings,
    reader: store.reader,
    reports: () =>
      Promise.resolve([report(listener('otlp-http', 3), listener('otlp-grpc', 0)), report(listener('otlp-http', 4))]),
    listeners: () => [],
    queryWorkers: 1,
    budgetBytes: () => 1_500_000,
    sampling: () => ({
      kind: 'file',
      defaultRate: 0.5,
      place: '/strategies.json',
      services: 2,
      readAt: 1_700_000_000_000_000_000n,
      problem: undefined,
      operations: 0,
      targetPerSecond: undefined,
    }),
  })
  const { limits, sampling } = StatusAnswer.parse(status)
  expect(sampling).toMatchObject({ kind: 'file', defaultRate: 0.5, readAt: '1700000000000000000', ingestRate: 1 })
  const named = new Map(limits.map(({ name, ...rest }) => [name, rest]))
  expect(named.get('memory-budget')).toEqual({
    value: '200MiB',
    used: '1.5MB',
    amount: { limit: 200 * 2 ** 20, used: 1_500_000, unit: 'bytes' },
  })
  expect(named.get('max-connections, otlp-http')).toEqual({
    value: '400',
    used: '7',
    amount: { limit: 400, used: 7, unit: 'connections' },
  })
  expect(named.get('max-connections, otlp-grpc')?.amount).toEqual({ limit: 200, used: 0, unit: 'connections' })
  expect(named.get('memory-store-spans')?.amount).toEqual({ limit: 5000, used: 2, unit: 'spans' })
  expect(named.get('memory-store-bytes')?.amount.used).toBeGreaterThan(0)
  expect(named.get('max-nesting')).toEqual({ value: '32', amount: { limit: 32, used: null, unit: 'levels' } })
  await store.close()
})
