/**
 * A cache that does not have what is asked of it. Told from what instrumentation writes: attributes or events that speak of
 * a cache and of a hit or a miss, lookups in a cache's store that return no rows, and lookups that fail.
 */
import { ATTRIBUTE_BOOL, ATTRIBUTE_INT, ATTRIBUTE_STRING, type AttributeType } from '#shared/spans/attribute-value.ts'
import { rangeStart, type SpanTable } from '#shared/spans/span-table.ts'
import { SPAN_ERROR, spanName, type Trace } from '#shared/trace/trace.ts'
import { cost, type Finding, type FindingsInput, type Found } from './finding.ts'
import { nameTemplate } from './repeats.ts'

/** Some lookups in vain are what a cache is for; so many of so many are not. */
const MISSES_FROM = 4
const MISS_SHARE = 0.6

const HIT = 1
const MISS = 2

/** Stores that are caches. */
const CACHES = /^(redis|valkey|memcached|keydb|dragonfly|hazelcast|infinispan|ehcache|caffeine)$/iu

/** The services whose cache is lost; lookups of one service are looked at together. */
export function lostCaches(input: FindingsInput): readonly Found[] {
  const { trace, below } = input
  const outcome = outcomes(trace)
  if (outcome === undefined) return []
  const services = trace.services.length
  const lookups = new Uint32Array(services)
  const misses = new Uint32Array(services)
  /** By service, the misses of each name. */
  const names = Array.from({ length: services }, () => new Map<string, { readonly first: number; count: number }>())
  const spent = new Float64Array(services)
  /** Lookups in vain and what was done instead, by span: the service + 1. */
  const part = new Uint32Array(trace.size)
  for (let i = 0; i < trace.size; i++) {
    if (outcome[i] === 0) continue
    const service = trace.service[i]
    lookups[service]++
    if (outcome[i] === HIT) continue
    misses[service]++
    const name = nameTemplate(spanName(trace, i))
    const alike = names[service].get(name) ?? { first: i, count: 0 }
    alike.count++
    names[service].set(name, alike)
    // What its parent does next, up to the next lookup, would not have been done.
    for (let k = i; trace.parent[i] >= 0 && k < trace.subtreeEnd[trace.parent[i]]; k = trace.subtreeEnd[k]) {
      if (k !== i && (outcome[k] !== 0 || part[k] !== 0 || k - i > 64)) break
      part[k] = service + 1
      spent[service] += below[k]
      // A lookup that loads by itself has what was done instead below it.
      if ((k === i && trace.childCount[i] > 0) || (k !== i && trace.start[k] >= trace.end[i])) break
    }
  }
  const found: Found[] = []
  for (let service = 0; service < services; service++) {
    if (misses[service] < MISSES_FROM || misses[service] < lookups[service] * MISS_SHARE) continue
    const finding = {
      kind: 'cache',
      span: mostOf(names[service].values()).first,
      lookups: lookups[service],
      misses: misses[service],
      ...cost(input, spent[service]),
    } as const
    const isPart = (span: number): boolean => {
      for (let i = span; i >= 0; i = trace.parent[i]) if (part[i] === service + 1) return true
      return false
    }
    // A loop around lookup and load repeats because of its items, but what is wrong is the cache.
    const explains = (other: Finding): boolean =>
      other.kind === 'repeated'
        ? isPart(other.span) || holdsMiss(trace, part, service, other.span)
        : (other.kind === 'slow_span' || other.kind === 'error' || other.kind === 'retries') && isPart(other.span)
    found.push({ finding, weight: 0.5 + finding.share, explains })
  }
  return found
}

function mostOf<T extends { readonly count: number }>(all: Iterable<T>): T {
  return [...all].reduce((most, one) => (one.count > most.count ? one : most))
}

function holdsMiss({ subtreeEnd }: Trace, part: Uint32Array, service: number, span: number): boolean {
  for (let i = span; i < subtreeEnd[span]; i++) if (part[i] === service + 1) return true
  return false
}

/** HIT or MISS for each span that looked something up, 0 for others; undefined when none did. */
function outcomes(trace: Trace): Uint8Array | undefined {
  const { table } = trace
  const byRow = new Uint8Array(table.rowCount)
  let any = false
  const tell = (row: number, what: number): void => {
    if (what === 0 || row >= byRow.length) return
    byRow[row] = Math.max(byRow[row], what)
    any = true
  }
  const stores = new Uint8Array(table.rowCount)
  const keys = new Set<number>()
  for (const { key } of table.attributes.keys()) keys.add(key)
  const rowsKeys: number[] = []
  for (const key of keys) {
    const name = table.dictionary.text(key).toLowerCase()
    if (name === 'db.system.name' || name === 'db.system') {
      table.attributes.forKey(key, (row, type, low) => {
        if (type === ATTRIBUTE_STRING && CACHES.test(table.dictionary.text(low))) stores[row] = 1
      })
    } else if (name === 'db.response.returned_rows') rowsKeys.push(key)
    else if (name.includes('cache')) {
      table.attributes.forKey(key, (row, type, low) => tell(row, outcomeOf(table, name, type, low)))
    }
  }
  for (const key of rowsKeys) {
    table.attributes.forKey(key, (row, type, low, high) => {
      if (type === ATTRIBUTE_INT && stores[row] === 1) tell(row, low === 0 && high === 0 ? MISS : HIT)
    })
  }
  eventOutcomes(table, tell)
  for (let i = 0; i < trace.size; i++) {
    if (stores[trace.row[i]] !== 1 || (trace.marks[i] & SPAN_ERROR) === 0) continue
    // Asked again instead of done without: that is a retry.
    const next = trace.subtreeEnd[i]
    const again = next < trace.size && trace.parent[next] === trace.parent[i] && sameName(trace, next, i)
    if (!again) tell(trace.row[i], MISS)
  }
  if (!any) return undefined
  const bySpan = new Uint8Array(trace.size)
  for (let i = 0; i < trace.size; i++) bySpan[i] = byRow[trace.row[i]]
  return bySpan
}

function sameName({ table, row }: Trace, a: number, b: number): boolean {
  return table.name[row[a]] === table.name[row[b]]
}

/** What an attribute with `cache` in its key says. */
function outcomeOf(table: SpanTable, key: string, type: AttributeType, low: number): number {
  const isTrue = type === ATTRIBUTE_BOOL ? low === 1 : type === ATTRIBUTE_STRING ? text(table, low) : undefined
  if (typeof isTrue === 'boolean') {
    if (key.includes('miss')) return isTrue ? MISS : HIT
    return key.includes('hit') ? (isTrue ? HIT : MISS) : 0
  }
  if (isTrue === undefined) return 0
  if (/\bmiss(ed)?\b|^(expired|stale|bypass)$/u.test(isTrue)) return MISS
  if (/\bhit\b/u.test(isTrue)) return HIT
  if (key.includes('hit')) return isTrue === 'true' ? HIT : isTrue === 'false' ? MISS : 0
  if (key.includes('miss')) return isTrue === 'true' ? MISS : isTrue === 'false' ? HIT : 0
  return 0
}

function text(table: SpanTable, id: number): string {
  return table.dictionary.text(id).toLowerCase()
}

function eventOutcomes(table: SpanTable, tell: (row: number, what: number) => void): void {
  const byName = new Map<number, number>()
  for (let row = 0; row < table.rowCount; row++) {
    const end = table.eventEnd[row]
    // Counts come with the core, names with the rest.
    if (!(end <= table.eventName.length)) return
    for (let event = rangeStart(table.eventEnd, row); event < end; event++) {
      const id = table.eventName[event]
      let what = byName.get(id)
      if (what === undefined) {
        const name = text(table, id)
        what = !name.includes('cache') ? 0 : /miss/u.test(name) ? MISS : /hit/u.test(name) ? HIT : 0
        byName.set(id, what)
      }
      tell(row, what)
    }
  }
}
