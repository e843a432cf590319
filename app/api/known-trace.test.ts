import { QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { knownTrace } from './known-trace.ts'
import { loadTrace } from './load-trace.ts'
import type { OpenFile } from './open-files.ts'
import { SEARCH_KEY } from './search.ts'
import { traceKey } from './trace.ts'

const A = '0000000000000000000000000000000a'
const B = '0000000000000000000000000000000b'
const C = '0000000000000000000000000000000c'

test('by what was read, searched for or opened, in any spelling of its id; nothing is made up', () => {
  const client = new QueryClient()
  const table = new SpanTableBuilder()
  parseTraces('trace a\nshop: POST /checkout [0 120ms]\n  cart: read [10ms 30ms]', table)
  client.setQueryData(traceKey(A), loadTrace(table, undefined, true))
  const summary = { traceId: B, startTime: '1000', endTime: '4000', root: { service: null, name: 'job' } }
  client.setQueryData([SEARCH_KEY, 'x'], { pages: [{ answer: { traces: [summary] } }], pageParams: [] })
  const trace = { traceId: C, service: 'file', name: 'saved', durationNs: 7 }
  const open = { kind: 'open', traceIds: new Set([C]), content: { traces: [trace] } }
  const files = [{ state: { kind: 'failed' } }, { state: open }] as unknown as readonly OpenFile[]

  expect(knownTrace('A', client, files)).toEqual({ service: 'shop', name: 'POST /checkout', durationNs: 120e6 })
  expect(knownTrace(B, client, files)).toEqual({ service: undefined, name: 'job', durationNs: 3000 })
  expect(knownTrace('c', client, files)).toMatchObject({ service: 'file', name: 'saved', durationNs: 7 })
  expect(knownTrace('c', client, [])).toBeUndefined()
  expect(knownTrace('nonsense', client, files)).toBeUndefined()
})
