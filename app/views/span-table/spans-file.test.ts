import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { criticalPathOf } from '#shared/trace/critical-path.ts'
import { selfTimes } from '#shared/trace/self-time.ts'
import { finishWork } from '#shared/trace/sliced-work.ts'
import { spansFile } from './spans-file.ts'

const table = new SpanTableBuilder()
parseTraces(
  `
a: "root" [0 2us] server user.id="say \\"hi\\", you" __proto__=5
  b: child [1us 500ns] error
`,
  table,
)
const trace = buildTrace(table)
const self = selfTimes(trace)
const counted = {
  trace,
  path: criticalPathOf(trace),
  services: ['a', 'b'],
  figures: { trace, self, critical: undefined, byDuration: Uint32Array.of(1, 0) },
  included: undefined,
  count: 2,
}
const file = (form: 'csv' | 'json'): string =>
  finishWork(spansFile(counted, Uint32Array.of(1, 0), ['user.id', '__proto__'], form)).join('')

test('CSV: the rows as they stand, quoted where RFC 4180 asks for it', () => {
  const [heads, first, second, end] = file('csv').split('\r\n')
  expect(heads).toBe(
    'span_id,parent_span_id,service,name,kind,status,start_unix_ns,duration_ns,self_ns,user.id,__proto__',
  )
  expect(first).toBe('0000000000000002,0000000000000001,b,child,unspecified,error,1767225600000001000,500,500,,')
  expect(second.endsWith('server,unset,1767225600000000000,2000,1500,"say ""hi"", you",5')).toBe(true)
  expect(end).toBe('')
})

test('JSON: what a span lacks is left out, keys are kept whatever they are', () => {
  const [first, second] = JSON.parse(file('json')) as { attributes: Record<string, string> }[]
  expect(first.attributes).toEqual({})
  expect(Object.entries(second.attributes)).toEqual([
    ['user.id', 'say "hi", you'],
    ['__proto__', '5'],
  ])
})
