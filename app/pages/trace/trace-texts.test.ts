import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { curlOf, traceparentOf } from './trace-texts.ts'

test('a traceparent has the ids of the span and says that it is sampled, with the flags that its sender told', () => {
  const table = new SpanTableBuilder()
  parseTraces('shop: GET / [0 1ms]', table)
  const id = '0af7651916cd43dd8448eb211c80319c'
  expect(traceparentOf(id, table, 0)).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/u)
  table.flags[0] = 0x302
  expect(traceparentOf(id, table, 0).slice(-2)).toBe('03')
})

test('no address ends the quotes of the shell', () => {
  expect(curlOf("https://a.example/x'; rm -rf ~; '")).toBe("curl -fsS 'https://a.example/x%27; rm -rf ~; %27'")
})
