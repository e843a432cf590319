import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { Log } from '#server/telemetry/logger.ts'
import type { TraceReader } from '#server/storage/store.ts'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { streamOf } from './answers.ts'
import { openTestApp } from './test-app.ts'

function recordingLog(): { log: Log; lines: string[] } {
  const lines: string[] = []
  const write = (_fields: object, message: string): void => void lines.push(message)
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log }
  return { log, lines }
}

/** Keeps the thread busy. */
function work(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

/** A reader of which only this is asked. */
function readerOf(part: Partial<TraceReader>): TraceReader {
  return part as TraceReader
}

function tableOf(trace: number): SpanTable {
  const table = new SpanTableBuilder()
  parseTraces(`trace ${trace.toString(16)}\na: one [0 1ms]`, table)
  return table
}

test('others get their turn while pieces are made, also when there is nothing to send yet', async () => {
  let turns = 0
  let over = false
  const count = (): void => {
    if (over) return
    turns++
    setImmediate(count)
  }
  setImmediate(count)
  const pieces = function* (): Generator<string> {
    for (let i = 0; i < 40; i++) {
      work(3)
      yield i % 4 === 0 ? 'x' : ''
    }
  }
  const { log, lines } = recordingLog()
  expect(await text(streamOf(pieces(), log))).toBe('x'.repeat(10))
  over = true
  expect(turns).toBeGreaterThanOrEqual(10)
  expect(lines).toEqual([])
})

test('pieces are made when they are wanted', async () => {
  let made = 0
  const pieces = function* (): Generator<Buffer> {
    for (; made < 1000; made++) yield Buffer.alloc(65_536)
  }
  const stream = streamOf(pieces(), recordingLog().log)
  await once(stream, 'readable')
  stream.read(1)
  expect(made).toBeLessThan(10)
  stream.destroy()
})

test('what fails half-way is logged, and the answer ends without its end', async () => {
  const { log, lines } = recordingLog()
  const pieces = function* (): Generator<string> {
    yield 'x'
    throw new Error('a fault')
  }
  await expect(text(streamOf(pieces(), log))).rejects.toThrow('a fault')
  expect(lines).toEqual(['an answer ended half-way'])
})

test('a question ends when the one who asked has left, and that is no fault', async () => {
  const asked = Promise.withResolvers<AbortSignal>()
  const reader = readerOf({
    readTrace: (_id, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
        asked.resolve(signal)
      }),
  })
  const { app, lines } = await openTestApp(reader, { allowedHosts: ['*'] })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1')
  socket.write('GET /api/traces/1 HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const signal = await asked.promise
  socket.destroy()
  if (!signal.aborted) await once(signal, 'abort')
  await app.close()
  expect(lines).toEqual([])
})

test('traces of a search are read one by one, over as many pages as its limit needs', async () => {
  const questions: string[] = []
  const reader = readerOf({
    findTraces: async ({ limit, cursor }) => {
      questions.push(`${limit} after ${cursor ?? 'nothing'}`)
      const first = Number(cursor ?? 0)
      return {
        traces: Array.from({ length: limit }, (_, k) => ({ traceId: String(first + k + 1) }) as never),
        cursor: String(first + limit),
        incomplete: undefined,
        spansRead: 0,
        asOf: 0n,
      }
    },
    readTrace: async id => tableOf(Number(id)),
  })
  const { app } = await openTestApp(reader)
  const { data } = (await app.inject('/api/traces?service=a&limit=1100')).json<{ data: { traceID: string }[] }>()
  expect(questions).toEqual(['500 after nothing', '500 after 500', '100 after 1000'])
  expect(new Set(data.map(({ traceID }) => traceID)).size).toBe(1100)
  await app.close()
})

test('an answer that is not complete says so, in each API', async () => {
  const found = { traces: [], cursor: undefined, incomplete: 'time was up', spansRead: 1, asOf: 0n }
  const { app } = await openTestApp(readerOf({ findTraces: async () => found }))
  expect((await app.inject('/api/traces?service=a')).json()).toMatchObject({
    data: [],
    errors: [{ msg: 'the answer is not complete: time was up' }],
  })
  expect((await app.inject('/api/spoor/traces')).json()).toMatchObject({ traces: [], incomplete: 'time was up' })
  await app.close()
})
