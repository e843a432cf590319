import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import {
  ALL_OPEN,
  closeAll,
  collapsedSpans,
  type Folding,
  foldLevel,
  openAllBelow,
  openPathTo,
  toggleSpan,
} from './folding.ts'
import { spanName, type Trace } from './trace.ts'
import { rowOfSpan, visibleRows } from './visible-rows.ts'

const table = new SpanTableBuilder()
parseTraces(
  `
s: a [0 9ms]
  s: b [1ms 5ms]
    s: c [1ms 1ms]
      s: d [1ms 1ms]
    s: e [2ms 1ms]
  s: f [6ms 1ms]
s: g [9ms 1ms]
  s: h [9ms 1ms]
`,
  table,
)
const trace: Trace = buildTrace(table)

function shown(folding: Folding): string {
  const rows = visibleRows(trace, collapsedSpans(trace, folding))
  const names = Array.from(rows.span, i => `${spanName(trace, i)}${rows.collapsed[i] === 1 ? '+' : ''}`).join(' ')
  expect(rows.count + rows.collapsedSpans).toBe(trace.size)
  return names
}

test('collapsing a span takes what is below it', () => {
  expect(shown(ALL_OPEN)).toBe('a b c d e f g h')
  expect(shown(toggleSpan(ALL_OPEN, 1))).toBe('a b+ f g h')
  expect(shown(toggleSpan(toggleSpan(ALL_OPEN, 1), 1))).toBe('a b c d e f g h')
  expect(shown(toggleSpan(ALL_OPEN, 3))).toBe('a b c d e f g h')
})

test('levels close from the deepest up, single choices turn them round', () => {
  expect(shown(closeAll())).toBe('a+ g+')
  expect(shown(toggleSpan(closeAll(), 0))).toBe('a b+ f g+')
  const once = foldLevel(trace, ALL_OPEN, -1)
  expect(shown(once)).toBe('a b c+ e f g h')
  expect(shown(foldLevel(trace, once, -1))).toBe('a b+ f g h')
  expect(foldLevel(trace, once, 1)).toEqual(ALL_OPEN)
  expect(foldLevel(trace, ALL_OPEN, 1)).toEqual(ALL_OPEN)
  expect(foldLevel(trace, closeAll(), -1)).toEqual(closeAll())
})

test('all below opens whatever the level or single choices say', () => {
  expect(shown(openAllBelow(trace, toggleSpan(closeAll(), 0), 1))).toBe('a b c d e f g+')
  expect(shown(openAllBelow(trace, toggleSpan(ALL_OPEN, 2), 0))).toBe('a b c d e f g h')
})

test('the path to a span opens', () => {
  const folding = closeAll()
  expect(shown(openPathTo(trace, folding, collapsedSpans(trace, folding), 3))).toBe('a b c d e f g+')
})

test('a span leads to its row, or to the one it is collapsed in', () => {
  const rows = visibleRows(trace, collapsedSpans(trace, toggleSpan(ALL_OPEN, 1)))
  expect([0, 1, 2, 3, 4, 5, 6, 7].map(i => rowOfSpan(rows, i))).toEqual([0, 1, 1, 1, 1, 2, 3, 4])
  expect(rowOfSpan(rows, -1)).toBe(-1)
})
