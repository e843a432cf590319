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
  rowChoices,
  toggleRow,
  closeRun,
  toggleSpan,
} from './folding.ts'
import { answersOf, silentCallee } from './calls.ts'
import { spanName, type Trace } from './trace.ts'
import {
  answerInRow,
  foldMembers,
  hiddenByFilter,
  isRowOf,
  ROW_FOLD,
  ROW_HIDDEN,
  rowOfSpan,
  visibleRows,
} from './visible-rows.ts'

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
  const rows = visibleRows(trace, rowChoices(trace, folding))
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
  expect(shown(closeAll(ALL_OPEN))).toBe('a+ g+')
  expect(shown(toggleSpan(closeAll(ALL_OPEN), 0))).toBe('a b+ f g+')
  const once = foldLevel(trace, ALL_OPEN, -1)
  expect(shown(once)).toBe('a b c+ e f g h')
  expect(shown(foldLevel(trace, once, -1))).toBe('a b+ f g h')
  expect(foldLevel(trace, once, 1)).toEqual(ALL_OPEN)
  expect(foldLevel(trace, ALL_OPEN, 1)).toEqual(ALL_OPEN)
  expect(foldLevel(trace, closeAll(ALL_OPEN), -1)).toEqual(closeAll(ALL_OPEN))
})

test('all below opens whatever the level or single choices say', () => {
  expect(shown(openAllBelow(trace, toggleSpan(closeAll(ALL_OPEN), 0), 1))).toBe('a b c d e f g+')
  expect(shown(openAllBelow(trace, toggleSpan(ALL_OPEN, 2), 0))).toBe('a b c d e f g h')
})

test('the path to a span opens', () => {
  const folding = closeAll(ALL_OPEN)
  expect(shown(openPathTo(trace, folding, collapsedSpans(trace, folding), 3))).toBe('a b c d e f g+')
})

test('a span leads to its row, or to the one it is collapsed in', () => {
  const rows = visibleRows(trace, rowChoices(trace, toggleSpan(ALL_OPEN, 1)))
  expect([0, 1, 2, 3, 4, 5, 6, 7].map(i => rowOfSpan(rows, i))).toEqual([0, 1, 1, 1, 1, 2, 3, 4])
  expect(rowOfSpan(rows, -1)).toBe(-1)
})

/** Rows as text: names; `name×n` a fold of n siblings, `(n)` hidden spans, `+` collapsed. */
function told(one: Trace, folding: Folding, matches?: Uint8Array): string {
  const hidden = matches === undefined ? undefined : hiddenByFilter(one, matches)
  const rows = visibleRows(one, rowChoices(one, folding, { hidden }))
  expect(rows.shownSpans + rows.foldedSpans + rows.collapsedSpans + rows.hiddenSpans).toBe(one.size)
  for (let row = 0; row < rows.count; row++) {
    expect(rows.end[row]).toBe(row + 1 < rows.count ? rows.span[row + 1] : one.size)
    expect(rowOfSpan(rows, rows.end[row] - 1)).toBe(row)
  }
  const text = (row: number): string => {
    const name = spanName(one, rows.span[row])
    if (rows.kind[row] === ROW_FOLD) return `${name}×${foldMembers(one, rows, row).length}`
    if (rows.kind[row] === ROW_HIDDEN) return `(${rows.end[row] - rows.span[row]})`
    return `${name}${rows.end[row] > rows.span[row] + 1 ? '+' : ''}`
  }
  return Array.from({ length: rows.count }, (_, row) => text(row)).join(' ')
}

function traceOf(text: string): Trace {
  const builder = new SpanTableBuilder()
  parseTraces(text, builder)
  return buildTrace(builder)
}

const repeated = traceOf(`
s: a [0 99ms]
${Array.from({ length: 6 }, (_, k) => `  s: q [${k + 1}ms 1ms]\n    s: w [${k + 1}ms 1ms]`).join('\n')}
  s: r [10ms 1ms]
${Array.from({ length: 4 }, (_, k) => `  s: q [${k + 11}ms 1ms]`).join('\n')}
  t: q [20ms 1ms]
`)

test('five siblings of one service and name in a row fold, with what is below them; four do not', () => {
  expect(told(repeated, ALL_OPEN)).toBe('a q×6 r q q q q q')
  expect(told(repeated, { ...ALL_OPEN, folds: false })).toBe('a q w q w q w q w q w q w r q q q q q')
})

test('siblings with much below them are not repetitions', () => {
  const parts = Array.from({ length: 5 }, (_, k) => [
    `  s: account [${k * 10}ms 9ms]`,
    ...['a', 'b', 'c', 'd'].map((name, at) => `    s: ${name} [${k * 10 + at}ms 1ms]`),
  ])
  expect(told(traceOf(['s: all [0 99ms]', ...parts.flat()].join('\n')), ALL_OPEN)).toBe(
    `all ${Array<string>(5).fill('account a b c d').join(' ')}`,
  )
})

test('a fold opens and closes again, and reaching a span in it opens it', () => {
  const rows = visibleRows(repeated, rowChoices(repeated, ALL_OPEN))
  const open = toggleRow(ALL_OPEN, rows, 4)
  expect(told(repeated, open)).toBe('a q w q w q w q w q w q w r q q q q q')
  expect(told(repeated, closeRun(open, 1))).toBe('a q×6 r q q q q q')
})

test('a filter hides what does not match, keeps the way to what does, and counts the rest where it was', () => {
  const matches = Uint8Array.from({ length: trace.size }, (_, i) => (spanName(trace, i) === 'e' ? 1 : 0))
  expect(told(trace, ALL_OPEN, matches)).toBe('a b (2) e (1) (2)')
  const hidden = hiddenByFilter(trace, matches)
  const rows = visibleRows(trace, rowChoices(trace, ALL_OPEN, { hidden }))
  const shown = toggleRow(ALL_OPEN, rows, 3)
  expect(told(trace, shown, matches)).toBe('a b c d e (1) (2)')
  expect(told(trace, closeRun(shown, 2), matches)).toBe('a b (2) e (1) (2)')
})

test('a hidden sibling parts a run; a collapsed span hides its placeholders with the rest', () => {
  const matches = Uint8Array.from({ length: repeated.size }, (_, i) => (i === 5 || i === 6 ? 0 : 1))
  expect(told(repeated, ALL_OPEN, matches)).toBe('a q w q w (2) q w q w q w r q q q q q')
  expect(told(repeated, toggleSpan(ALL_OPEN, 0), matches)).toBe('a+')
})

test('twenty thousand siblings are one row', () => {
  const wide = traceOf(`s: a [0 9s]\n${Array.from({ length: 20_000 }, (_, k) => `  s: q [${k}us 1us]`).join('\n')}`)
  expect(told(wide, ALL_OPEN)).toBe('a q×20000')
})

test('looked at alone, a span and what is below it are all the rows; the rest is counted as outside', () => {
  for (const [within, names] of [
    [1, 'b c d e'],
    [6, 'g h'],
    [5, 'f'],
  ] as const) {
    const rows = visibleRows(trace, rowChoices(trace, ALL_OPEN, { within }))
    expect(Array.from(rows.span, i => spanName(trace, i)).join(' ')).toBe(names)
    expect(rows.shownSpans + rows.outsideSpans).toBe(trace.size)
    expect([within - 1, trace.subtreeEnd[within]].map(i => rowOfSpan(rows, i))).toEqual([-1, -1])
  }
})

test('alone, a span is its own row even among repetitions, and a hidden one stays one placeholder', () => {
  const alone = visibleRows(repeated, rowChoices(repeated, ALL_OPEN, { within: 3 }))
  expect(Array.from(alone.span, i => spanName(repeated, i))).toEqual(['q', 'w'])
  const hidden = new Uint8Array(repeated.size).fill(1)
  const rows = visibleRows(repeated, rowChoices(repeated, ALL_OPEN, { hidden, within: 3 }))
  expect([rows.count, rows.kind[0], rows.end[0] - rows.span[0], rows.outsideSpans]).toEqual([
    1,
    ROW_HIDDEN,
    2,
    repeated.size - 2,
  ])
})

const calls = traceOf(`
web: GET / [0 90ms] server
  web: call cart [1ms 50ms] client
    cart: GET /cart [2ms 48ms] server
      cart: call db [3ms 9ms] client peer.service=stock-db
      cart: call mail [20ms 9ms] client
        mail: send [21ms 7ms] server
  web: call self [60ms 5ms] client
    web: own [61ms 3ms] server
  web: call two [70ms 9ms] client
    cart: one [71ms 1ms] server
    cart: two [73ms 1ms] server
`)
const merged = answersOf(calls)

function rowsOf(folding: Folding, hidden?: Uint8Array): readonly string[] {
  const rows = visibleRows(calls, rowChoices(calls, folding, { merged, hidden }))
  expect(rows.shownSpans + rows.foldedSpans + rows.collapsedSpans + rows.hiddenSpans).toBe(calls.size)
  for (let i = 0; i < calls.size; i++) expect(rows.span[rowOfSpan(rows, i)]).toBeLessThanOrEqual(i)
  return Array.from({ length: rows.count }, (_, row) => {
    const [span, answer] = [rows.span[row], answerInRow(rows, row)]
    const level = calls.depth[span] - (rows.lift?.[span] ?? 0)
    const name = rows.kind[row] === ROW_HIDDEN ? `(${rows.end[row] - span})` : spanName(calls, span)
    expect(isRowOf(rows, row, span)).toBe(rows.kind[row] !== ROW_HIDDEN)
    return `${'.'.repeat(level)}${name}${answer < 0 ? '' : ` > ${spanName(calls, answer)}`}`
  })
}

test('a call and its answer by another service share a row; what is below the answer stands one level higher', () => {
  expect(rowsOf(ALL_OPEN)).toEqual([
    'GET /',
    '.call cart > GET /cart',
    '..call db',
    '..call mail > send',
    '.call self',
    '..own',
    '.call two',
    '..one',
    '..two',
  ])
})

test('a row of two opens and closes with its answer, and a hidden answer is a placeholder of its own', () => {
  const rows = visibleRows(calls, rowChoices(calls, ALL_OPEN, { merged }))
  const closed = toggleRow(ALL_OPEN, rows, 1)
  expect(rowsOf(closed).slice(0, 3)).toEqual(['GET /', '.call cart > GET /cart', '.call self'])
  expect(toggleRow(closed, visibleRows(calls, rowChoices(calls, closed, { merged })), 1)).toEqual(ALL_OPEN)
  const hidden = new Uint8Array(calls.size)
  hidden.fill(1, 2, 6)
  expect(rowsOf(ALL_OPEN, hidden).slice(0, 3)).toEqual(['GET /', '.call cart', '.(4)'])
})

test('who a call went to that sent no span is told by the call itself, of leaves alone', () => {
  const told = Array.from({ length: calls.size }, (_, i) => silentCallee(calls, i))
  expect(told.map((name, i) => (name === undefined ? '' : `${spanName(calls, i)}: ${name}`)).filter(Boolean)).toEqual([
    'call db: stock-db',
  ])
})
