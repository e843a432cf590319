/**
 * Lists and sums over segments, each what store.ts promises for it. Synchronous; DamagedBlockError: of a block, ask again without it.
 * `stop` is looked at before each segment and each group of a block, and ends the work by throwing.
 * Counts of keys and values add up what each segment holds: a span that an open table and a block both hold counts twice there.
 */
import { SPAN_KINDS } from '#shared/spans/span-table.ts'
import type { AttributeKey, AttributeValueCount, Operation } from '#server/storage/store.ts'
import { BlockSegment } from './block-segment.ts'
import { countBlockKeys, countBlockValues } from './count-block-attributes.ts'
import { countTableKeys, countTableValues, serviceOfResource } from './count-table-attributes.ts'
import { KeyCounts } from './key-counts.ts'
import type { Segment, Stop } from './segment.ts'
import { TableSegment } from './table-segment.ts'
import { compareText } from '#shared/spans/compare-text.ts'

/** Sorted by code point. */
export function serviceNames(segments: readonly Segment[], stop: Stop): string[] {
  const names = new Set<string>()
  for (const segment of segments) {
    stop()
    segment.refresh()
    if (segment instanceof BlockSegment) {
      const { pairs, texts } = segment.reader.catalogue()
      for (const service of new Set(pairs.service)) if (service >= 0) names.add(texts.text(service))
    } else if (segment instanceof TableSegment) {
      const { table, rowCount } = segment
      const resources = new Set(table.resource.subarray(0, rowCount))
      for (const resource of resources) {
        const service = serviceOfResource(table, resource)
        if (service !== undefined) names.add(service)
      }
    }
  }
  return [...names].sort(compareText)
}

/** Distinct (name, kind) of a service, of all when undefined; sorted by name, then kind. */
export function operations(segments: readonly Segment[], service: string | undefined, stop: Stop): Operation[] {
  const found = new Map<string, Operation & { readonly order: number }>()
  const add = (name: string, kind: number): void => {
    const order = kind < SPAN_KINDS.length ? kind : 0
    found.set(`${order} ${name}`, { name, kind: SPAN_KINDS[order], order })
  }
  for (const segment of segments) {
    stop()
    segment.refresh()
    if (segment instanceof BlockSegment) {
      const { pairs, texts } = segment.reader.catalogue()
      for (let pair = 0; pair < pairs.count; pair++) {
        const own = pairs.service[pair] < 0 ? undefined : texts.text(pairs.service[pair])
        if (service === undefined || own === service) add(texts.text(pairs.name[pair]), pairs.kind[pair])
      }
    } else if (segment instanceof TableSegment) {
      const { table, rowCount } = segment
      const seen = new Set<number>()
      for (let row = 0; row < rowCount; row++) {
        const key = table.name[row] * 256 + table.kind[row]
        if (service === undefined && seen.has(key)) continue
        if (service !== undefined && serviceOfResource(table, table.resource[row]) !== service) continue
        seen.add(key)
      }
      for (const key of seen) add(table.dictionary.text(Math.floor(key / 256)), key % 256)
    }
  }
  return [...found.values()]
    .sort((a, b) => compareText(a.name, b.name) || a.order - b.order)
    .map(({ name, kind }) => ({ name, kind }))
}

/** Keys that occur, most frequent first. With a service: those of its spans, their events, links, resources and scopes. */
export function attributeKeys(
  segments: readonly Segment[],
  options: { readonly service?: string; readonly prefix?: string; readonly limit: number },
  stop: Stop,
): AttributeKey[] {
  const counts = new KeyCounts()
  for (const segment of segments) {
    stop()
    segment.refresh()
    if (segment instanceof BlockSegment) countBlockKeys(segment.reader, options.service, counts, stop)
    else if (segment instanceof TableSegment) countTableKeys(segment, options.service, counts)
  }
  return counts.list(options.prefix ?? '', options.limit)
}

/** Values of one key in any scope as text, most frequent first. */
export function attributeValues(
  segments: readonly Segment[],
  options: { readonly key: string; readonly service?: string; readonly prefix?: string; readonly limit: number },
  stop: Stop,
): AttributeValueCount[] {
  const counts = new Map<string, number>()
  const add = (value: string, count: number): void => {
    counts.set(value, (counts.get(value) ?? 0) + count)
  }
  for (const segment of segments) {
    stop()
    segment.refresh()
    if (segment instanceof BlockSegment) countBlockValues(segment.reader, options.key, options.service, add, stop)
    else if (segment instanceof TableSegment) countTableValues(segment, options.key, options.service, add)
  }
  const lower = (options.prefix ?? '').toLowerCase()
  return [...counts]
    .filter(([value]) => value.toLowerCase().startsWith(lower))
    .sort((a, b) => b[1] - a[1] || compareText(a[0], b[0]))
    .slice(0, options.limit)
    .map(([value, count]) => ({ value, count }))
}
