import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { summarizeTrace } from '#shared/trace/summary.ts'
import { spanName } from '#shared/trace/trace.ts'
import type { Finding } from './finding.ts'
import { nameTemplate } from './repeats.ts'

/** Each finding as a line: kind, span, cost, and what is its own. */
function found(text: string): string[] {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  const trace = buildTrace(table)
  const name = (i: number): string => (i < 0 ? '-' : spanName(trace, i))
  const rest = (one: Finding): string => {
    switch (one.kind) {
      case 'gap':
        return `${one.from / 1e6}-${one.to / 1e6} before ${name(one.before)}`
      case 'repeated':
        return `${one.count} in ${name(one.parent)}${one.oneByOne ? '' : ' at once'}, ${one.totalNs / 1e6}`
      case 'retries':
        return `${one.failed} of ${one.attempts} failed by ${name(one.origin)}${one.recovered ? '' : ', given up'}`
      case 'cache':
        return `${one.misses} of ${one.lookups}`
      case 'error':
        return `${one.count}, ${one.levels} up to ${name(one.reached)}${one.failed ? ', failed' : ''}`
      case 'missing':
        return `${one.count}, ${one.service ?? '?'}`
      case 'slow_span':
        return ''
    }
  }
  return summarizeTrace(trace).findings.map(one => `${one.kind} ${name(one.span)} ${one.ns / 1e6}: ${rest(one)}`)
}

function rows(count: number, line: (k: number) => string): string {
  return Array.from({ length: count }, (_, k) => line(k)).join('\n')
}

const HEALTHY = `
a: GET [0 100ms] server
  a: load [5ms 20ms]
  a: SELECT x [26ms 15ms] client
  a: call [42ms 25ms] client
    b: serve [45ms 20ms] server
      b: SELECT y [48ms 12ms] client
  a: render [70ms 22ms]
`

test('a trace in which time is shared out and nothing fails has no findings', () => {
  expect(found(HEALTHY)).toEqual([])
  expect(found('a: alone [0 9s]')).toEqual([])
  expect(found('a: root [0 10ms]\n  a: one [1ms 6ms]\n  a: two [7.5ms 2ms]')).toEqual([])
})

test('one span that calls nothing and takes most of the time', () => {
  expect(found(`${HEALTHY}  a: sort [92ms 7ms]\n`)).toEqual([])
  expect(found(HEALTHY.replace('[0 100ms]', '[0 400ms]').replace('[70ms 22ms]', '[70ms 320ms]'))).toEqual([
    'slow_span render 320: ',
  ])
})

test('the longest of many alike is not slow unless it is far from the others', () => {
  const alike = (last: number): string =>
    `a: root [0 ${last + 5}ms]\n${rows(6, k => `  a: part [2ms ${30 + k}ms]`)}\n  a: part [2ms ${last}ms]`
  expect(found(alike(60))).toEqual([])
  expect(found(alike(600))).toEqual(['slow_span part 600: '])
})

test('a stretch that nobody accounts for, before a child or to the end, whatever takes no time in it', () => {
  expect(
    found(`
a: root [0 100ms]
  a: first [2ms 30ms]
  a: mark [50ms 0]
  a: second [75ms 10ms]
`),
  ).toEqual(['gap root 43: 32-75 before second'])
  expect(found('a: root [0 100ms]\n  a: first [2ms 38ms]\n  a: other [40ms 15ms]')).toEqual([
    'gap root 45: 55-100 before -',
  ])
})

test('a span that only calls what runs after or before it has no stretch that nobody accounts for', () => {
  expect(found('a: put [0 10ms]\n  a: take [20ms 5ms]\n  a: take [90ms 5ms]')).toEqual([])
  expect(found('a: put [90ms 10ms]\n  a: take [0 5ms]\n  a: take [10ms 80ms]')).toEqual([])
})

test('a query an item, whether names carry literals or not; many at once', () => {
  const text = (name: (k: number) => string): string =>
    `a: root [0 60ms]\n${rows(12, k => `  a: ${name(k)} [${k * 5}ms 4ms]`)}`
  expect(found(text(() => 'SELECT x'))).toEqual(['repeated SELECT x 48: 12 in root, 48'])
  expect(found(text(k => `SELECT x WHERE id = ${k}`))).toEqual(['repeated SELECT x WHERE id = 0 48: 12 in root, 48'])
  expect(found(`a: root [0 60ms]\n${rows(30, () => '  a: part [5ms 10ms]')}\n  a: rest [15ms 44ms]`)).toEqual([
    'slow_span rest 44: ',
  ])
  expect(found(`a: root [0 60ms]\n${rows(50, () => '  a: part [1ms 58ms]')}`)).toEqual([
    'repeated part 58: 50 in root at once, 2900',
  ])
})

test('what is tried again after it failed; two calls of which one fails are no retry', () => {
  const attempt = (at: number, more: string): string =>
    `  a: POST [${at}ms 10ms] client ${more}\n    b: charge [${at + 1}ms 8ms] server ${more}`
  expect(
    found(`a: root [0 75ms]\n${attempt(1, 'error "busy"')}\n${attempt(20, 'error "busy"')}\n${attempt(60, '')}`),
  ).toEqual(['retries POST 59: 2 of 3 failed by charge'])
  expect(found(`a: root [0 32ms] error\n${attempt(1, 'error "busy"')}\n${attempt(20, 'error "busy"')}`)).toEqual([
    'retries POST 29: 2 of 2 failed by charge, given up',
  ])
  const other = attempt(12, '').replace('b: charge', 'c: refund')
  expect(found(`a: root [0 25ms]\n${attempt(1, 'error "busy"')}\n${other}`)).toEqual([
    'error charge 8: 2, 2 up to POST',
  ])
})

test('an error by its first cause, above all when the request failed with it', () => {
  expect(
    found(`
a: root [0 50ms] error
  a: side [1ms 2ms] error "handled"
  a: call [5ms 40ms] client error
    b: serve [6ms 38ms] server error
      b: SELECT [10ms 9ms] client error "no such table"
      b: rest [20ms 20ms]
`),
  ).toEqual(['error side 2: 5, 2 up to root, failed'])
  expect(
    found(`
a: root [0 50ms]
  a: one [1ms 20ms]
  a: call [22ms 20ms] error
    a: SELECT [30ms 9ms] error "no such table"
`),
  ).toEqual(['error SELECT 9: 2, 2 up to call'])
})

test('a cache that has nothing: by attribute, event, rows returned, or because it is down', () => {
  const lookups = (lookup: string, isMiss = (_k: number) => true): string =>
    `a: root [0 200ms]\n${rows(
      12,
      k =>
        `  a: GET k [${k * 15}ms 1ms] client db.system=redis ${lookup}${
          isMiss(k) ? `\n  a: SELECT [${k * 15 + 2}ms 10ms] client` : ''
        }`,
    )}`
  const lost = ['cache GET k 132: 12 of 12']
  expect(found(lookups('cache.hit=false'))).toEqual(lost)
  expect(found(lookups('app.cache.result=miss'))).toEqual(lost)
  expect(found(lookups('db.response.returned_rows=0'))).toEqual(lost)
  expect(found(lookups('error "refused"'))).toEqual(lost)
  expect(found(lookups('\n    @ 1ms "cache miss"'))).toEqual(lost)
  // Lookups that find something are only many.
  expect(found(lookups('cache.hit=true', () => false))[0]).toMatch(/^repeated GET k/)
})

test('what calls into the dark, when the callee’s own calls are there', () => {
  expect(
    found(`
a: root [0 100ms]
  a: one [1ms 20ms]
  a: POST [22ms 70ms] client server.address=stock
b: serve [30ms 20ms] server ^77
b: other [55ms 10ms] server ^77
`),
  ).toEqual(['missing POST 70: 2, stock'])
  expect(found('a: lost [0 10ms] ^77\n  a: below [1ms 8ms]')).toContain('missing lost 0: 1, ?')
  // A database beside the call lasts as long as it and has no spans to lose.
  expect(
    found(`
a: root [0 100ms]
  a: GET [10ms 40ms] client server.address=stock
  a: SELECT stock [10ms 35ms] client db.system.name=postgresql
b: serve [20ms 20ms] server ^77
`)[0],
  ).toBe('missing GET 40: 1, stock')
})

test('names without their literals', () => {
  expect(nameTemplate("SELECT 'a b' FROM t17 WHERE id = 9")).toBe('SELECT ? FROM t? WHERE id = ?')
  expect(nameTemplate('GET /u/6ba7b810-9dad-11d1-80b4-00c04fd430c8/x')).toBe('GET /u/?/x')
  expect(nameTemplate('decade')).toBe('decade')
})
