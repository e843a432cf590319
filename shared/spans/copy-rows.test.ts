import { expect, test } from 'vitest'
import { RowCopier } from './copy-rows.ts'
import { Span } from './span.ts'
import { SpanTableBuilder } from './span-table-builder.ts'

function addSpans(table: SpanTableBuilder, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const name = table.internText(`span ${i}`)
    const row = table.beginSpan()
    table.traceId[row * 4] = 1
    table.spanId[row * 2] = i + 1
    table.name[row] = name
    table.endSpan()
  }
}

test('as many names as there are rows, from a table that grows meanwhile', () => {
  const from = new SpanTableBuilder()
  const to = new SpanTableBuilder()
  to.internText('something else')
  const copier = new RowCopier(from, to)
  for (let part = 0; part < 4; part++) {
    addSpans(from, part * 5000, (part + 1) * 5000)
    // The part before once more, and the new one.
    for (let row = Math.max(0, part - 1) * 5000; row < from.rowCount; row++) copier.copy(row)
  }
  expect(to.rowCount).toBe(35_000)
  let wrong = 0
  for (let row = 0; row < to.rowCount; row++) if (new Span(to, row).name !== `span ${to.spanId[row * 2] - 1}`) wrong++
  expect(wrong).toBe(0)
})

test('what the target does not accept is not copied; bytes that are no text are', () => {
  const from = new SpanTableBuilder()
  addSpans(from, 0, 3)
  const bytes = Uint8Array.of(0xff, 0xfe)
  const id = from.internBytes(bytes, new DataView(bytes.buffer), 0, 2)
  from.beginSpan()
  from.traceId[12] = from.spanId[6] = 1
  from.addAttribute(from.internText('raw'), 5, id, 0)
  from.endSpan()
  const to = new SpanTableBuilder({ accept: (row, table) => (table.spanId[row * 2] === 2 ? 'not_sampled' : undefined) })
  const copier = new RowCopier(from, to)
  expect([0, 1, 2, 3].map(row => copier.copy(row))).toEqual([true, false, true, true])
  expect(new Span(to, 2).attributes).toEqual([{ key: 'raw', value: { type: 'bytes', value: bytes } }])
  expect(to.dictionary.find('span 2')).toBeGreaterThan(0)
})
