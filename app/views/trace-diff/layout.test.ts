import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { diffInput } from '#shared/trace/diff/diff-input.ts'
import { diffTraces } from '#shared/trace/diff/diff-traces.ts'
import { alignedRow, INSET, type AlignedRow } from './layout.ts'

/** 100 ms are 1,000 pixels. */
const WIDTH = 1000 + INSET.left + INSET.right

function rows(a: string, b: string): readonly AlignedRow[] {
  const [traceA, traceB] = [a, b].map(text => {
    const table = new SpanTableBuilder()
    parseTraces(text, table)
    return buildTrace(table)
  })
  const diff = diffTraces(diffInput(traceA), diffInput(traceB))
  return Array.from({ length: diff.places.size }, (_, place) => alignedRow(diff, traceA, traceB, place, WIDTH))
}

const at = (pixel: number): number => pixel + INSET.left
const bars = (...pixels: readonly number[]): Float32Array => Float32Array.from(pixels, at)

test('both traces begin at the same pixel, whenever their roots began; the longer one fills the width', () => {
  const [root, slow, fast] = rows(
    'x: before [0 5ms] ^77\ns: r [5ms 50ms]\n  s: slow [10ms 10ms]\n  s: fast [25ms 20ms]',
    's: r [0 100ms]\n  s: slow [5ms 30ms]\n  s: fast [40ms 5ms]',
  ).slice(-3)
  expect(root).toMatchObject({ change: 'slower', a: bars(0, 500), b: bars(0, 1000), common: at(500) })
  expect(slow).toMatchObject({ change: 'slower', a: bars(50, 150), b: bars(50, 350), common: at(150) })
  expect(fast).toMatchObject({ change: 'faster', b: bars(400, 450), would: at(600) })
})

test('of many spans those that touch by pixels are one bar; none is too narrow to be seen', () => {
  const calls = Array.from({ length: 1000 }, (_, i) => `  s: get [${i * 20}us 10us]`).join('\n')
  const [, get] = rows('s: r [0 100ms]\n  s: get [0 10us]', `s: r [0 100ms]\n${calls}\n  s: get [90ms 1ms]`)
  expect(get.change).toBe('slower')
  expect(get.common).toBeUndefined()
  expect(get.b.length).toBe(4)
  expect(get.b[0]).toBe(at(0))
  expect(get.b.slice(2)).toEqual(bars(900, 910))
  expect(get.a[1] - get.a[0]).toBeGreaterThanOrEqual(1)
})
