import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { Span } from '#shared/spans/span.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { attributeChanges, eventChanges, shortValue } from './attribute-changes.ts'

function spanOf(text: string): Span {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return new Span(table, 0)
}

const lines = (a: Span | undefined, b: Span | undefined): string[] =>
  attributeChanges(a, b).changes.map(({ from, key, a: one, b: other, alwaysDiffers }) => {
    const [before, after] = [one, other].map(value => (value === undefined ? '–' : shortValue(value)))
    return `${from} ${key}: ${before} -> ${after}${alwaysDiffers ? ' (always)' : ''}`
  })

test('what differs, telling ones first: by value and type, of span and resource; the same are counted', () => {
  const a = spanOf(
    'resource s service.version=1 host.name=x\ns: r [0 1ms] cache.hit=true n=1 only=a request.id=77 same=5',
  )
  const b = spanOf(
    'resource s service.version=2 host.name=x\ns: r [0 1ms] cache.hit=false n="1" request.id=78 same=5 user=0123456789abcdef',
  )
  expect(lines(a, b)).toEqual([
    'span cache.hit: true -> false',
    'span n: 1 -> 1',
    'span only: a -> –',
    'resource service.version: 1 -> 2',
    'span request.id: 77 -> 78 (always)',
    'span user: – -> 0123456789abcdef (always)',
  ])
  expect(attributeChanges(a, b).same).toBe(3)
})

test('a span in one trace only has all of its attributes there; keys of objects are keys like others', () => {
  const b = spanOf('s: r [0 1ms] __proto__=1 constructor=2')
  expect(lines(undefined, b)).toEqual([
    'span __proto__: – -> 1',
    'span constructor: – -> 2',
    'resource service.name: – -> s',
  ])
  expect(lines(undefined, undefined)).toEqual([])
})

test('events by name: more, fewer, other words; the same are left out', () => {
  const a = spanOf('s: r [0 9ms]\n  @ 1ms "start" x=1\n  @ 2ms "retry" n=1')
  const b = spanOf(
    's: r [0 9ms]\n  @ 1ms "start" x=1\n  @ 3ms "retry" n=1\n  @ 4ms "retry" n=2\n  @ 5ms "exception" exception.type=E exception.message="no stock" exception.stacktrace=at',
  )
  expect(eventChanges(a, b)).toEqual([
    { name: 'retry', a: [2e6], b: [3e6, 4e6], textA: 'n=1', textB: 'n=1' },
    { name: 'exception', a: [], b: [5e6], textA: '', textB: 'no stock exception.type=E' },
  ])
})
