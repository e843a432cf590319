/** Attributes that differ anywhere in two traces: over all spans of A that have a partner in B, one line a service, key and pair of values. */
import type { AttributeType } from '#shared/spans/attribute-value.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { BREATH, type SlicedWork } from '#shared/trace/sliced-work.ts'
import { attributeText } from '#shared/trace/statistics-keys.ts'
import type { Trace } from '#shared/trace/trace.ts'
import { looksUnique } from './attribute-changes.ts'
import type { TraceDiff } from './diff-traces.ts'

export interface ChangedAttribute {
  readonly from: 'span' | 'resource'
  /** Of the span in B; undefined: no service is named. */
  readonly service: string | undefined
  readonly key: string
  /** The pair of values that most of the spans have, as one line each; undefined: not there. */
  readonly a: string | undefined
  readonly b: string | undefined
  /** Spans whose values differ; of these so many have exactly that pair. */
  readonly spans: number
  readonly same: number
  /** How many pairs of values there are; counted up to MOST_PAIRS. */
  readonly pairs: number
  /** Place of the first such span. */
  readonly place: number
}

/** Pairs of values that are told apart of one key: more of them are ids, of which no one is worth a line. */
export const MOST_PAIRS = 64

interface Found {
  readonly from: 'span' | 'resource'
  readonly service: string | undefined
  readonly key: string
  readonly place: number
  spans: number
  readonly counts: Map<string, { readonly a: string | undefined; readonly b: string | undefined; count: number }>
}

type Values = Map<string, string>

/**
 * The most frequent first; what looks like ids or times of their own is left out. Types count as text: 5 and "5" are one. Cost:
 * linear in the attributes of all spans.
 */
export function* changedAttributes(diff: TraceDiff, a: Trace, b: Trace): SlicedWork<readonly ChangedAttribute[]> {
  const found = new Map<string, Found>()
  const resources = new Map<number, readonly [Values, Values]>()
  const ofA: Values = new Map()
  const ofB: Values = new Map()
  for (let i = 0, steps = 0; i < a.size; i++) {
    const j = diff.matchOfA[i]
    if (j < 0) continue
    // A span has some ten attributes: a breath after fewer spans than elsewhere.
    if ((++steps & (BREATH >> 4)) === 0) yield
    const [rowA, rowB] = [a.row[i], b.row[j]]
    const service = b.services[b.service[j]]
    const place = diff.b.placeOf[j]
    fill(ofA, a.table, a.table.attributes, rowA)
    fill(ofB, b.table, b.table.attributes, rowB)
    compare(found, 'span', service, place, ofA, ofB)
    const [resourceA, resourceB] = [a.table.resource[rowA], b.table.resource[rowB]]
    const both = resourceA * b.table.resourceCount + resourceB
    let values = resources.get(both)
    if (values === undefined) {
      values = [
        fill(new Map(), a.table, a.table.resourceAttributes, resourceA),
        fill(new Map(), b.table, b.table.resourceAttributes, resourceB),
      ]
      resources.set(both, keepDiffering(values))
    }
    compare(found, 'resource', service, place, values[0], values[1])
  }
  return [...found.values()]
    .map(one => {
      const [most] = [...one.counts.values()].toSorted((x, y) => y.count - x.count)
      const { from, service, key, place, spans } = one
      return { from, service, key, place, spans, a: most.a, b: most.b, same: most.count, pairs: one.counts.size }
    })
    .sort((x, y) => y.spans - x.spans || byText(x.service ?? '', y.service ?? '') || byText(x.key, y.key))
}

function byText(x: string, y: string): number {
  return x < y ? -1 : x > y ? 1 : 0
}

function fill(into: Values, table: SpanTable, attributes: SpanTable['attributes'], owner: number): Values {
  into.clear()
  attributes.forOwner(owner, (key: number, type: AttributeType, low: number, high: number) => {
    const name = table.dictionary.text(key)
    if (!into.has(name)) into.set(name, attributeText(table.dictionary, type, low, high))
  })
  return into
}

/** Equal ones go: a resource is looked at once for each of its spans. */
function keepDiffering(values: readonly [Values, Values]): readonly [Values, Values] {
  for (const [key, value] of values[0]) {
    if (values[1].get(key) !== value) continue
    values[0].delete(key)
    values[1].delete(key)
  }
  return values
}

function compare(
  found: Map<string, Found>,
  from: 'span' | 'resource',
  service: string | undefined,
  place: number,
  ofA: Values,
  ofB: Values,
): void {
  for (const [key, value] of ofA) {
    const other = ofB.get(key)
    if (other !== value) count(found, from, service, place, key, value, other)
  }
  for (const [key, value] of ofB) if (!ofA.has(key)) count(found, from, service, place, key, undefined, value)
}

function count(
  found: Map<string, Found>,
  from: 'span' | 'resource',
  service: string | undefined,
  place: number,
  key: string,
  a: string | undefined,
  b: string | undefined,
): void {
  if ([a, b].every(text => text === undefined || looksUnique(key, text))) return
  const id = `${from}${service === undefined ? '' : `=${service}`}\u0000${key}`
  let one = found.get(id)
  if (one === undefined) {
    one = { from, service, key, place, spans: 0, counts: new Map() }
    found.set(id, one)
  }
  one.spans++
  const pair = `${a === undefined ? '' : `=${a}`}\u0000${b === undefined ? '' : `=${b}`}`
  const known = one.counts.get(pair)
  if (known !== undefined) known.count++
  else if (one.counts.size < MOST_PAIRS) one.counts.set(pair, { a, b, count: 1 })
}
