import { expect, test } from 'vitest'
import { timeScale } from '#app/canvas/time-scale.ts'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { ALL_OPEN, closeAll, rowChoices } from '#shared/trace/folding.ts'
import { finishWork } from '#shared/trace/sliced-work.ts'
import { spanLinks } from '#shared/trace/span-links.ts'
import { visibleRows } from '#shared/trace/visible-rows.ts'
import { DESKTOP_ROW } from './layout.ts'
import { layoutLinks } from './link-arrows.ts'
import { sliceRows } from './row-places.ts'

const table = new SpanTableBuilder()
parseTraces(
  `
trace a
a: root [0 100us]
  a: send [10us 10us]
  a: long [10us 60us]
  b: take [50us 20us]
    > a:2
    > a:3
`,
  table,
)
const trace = buildTrace(table)
const links = finishWork(spanLinks(trace))
const scale = timeScale({ start: 0, end: 100_000 }, 100)

const arrows = (folding = ALL_OPEN, scrollTop = 0, view = 500, selected = -1, within?: number) => {
  const rows = visibleRows(trace, rowChoices(trace, folding, { within }))
  return layoutLinks(links, trace, rows, sliceRows(rows.count, 24, scrollTop, view), scale, DESKTOP_ROW, selected)
}

test('an arrow goes from the end of the one to the start of the other, or from where the other begins on the way', () => {
  expect(arrows(ALL_OPEN, 0, 500, 1)).toEqual([
    { fromX: 20, fromY: 35, toX: 50, toY: 83, chosen: true },
    { fromX: 50, fromY: 59, toX: 50, toY: 83, chosen: false },
  ])
})

test('none within one row, none without a row in view, and none whose span is beside the focus', () => {
  expect(arrows(closeAll(ALL_OPEN))).toEqual([])
  expect(arrows(ALL_OPEN, 0, 24)).toEqual([])
  expect(arrows(ALL_OPEN, 0, 500, -1, 3)).toEqual([])
})
