/** Attribute keys and values of an open table. */
import { decodeAnyValue } from '#shared/spans/any-value.ts'
import { type AttributeType, isDictionaryType } from '#shared/spans/attribute-value.ts'
import type { Attributes } from '#shared/spans/attributes.ts'
import { NO_SERVICE } from '#shared/spans/columns.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { attributeText } from '#shared/query/evaluate-text.ts'
import type { KeyCounts, KeyScope } from './key-counts.ts'
import type { TableSegment } from './table-segment.ts'

/** The service that a resource names; undefined when it names none. */
export function serviceOfResource(table: SpanTable, resource: number): string | undefined {
  if (resource >= table.resourceCount) return undefined
  const id = table.resourceService[resource]
  return id === NO_SERVICE ? undefined : table.dictionary.text(id)
}

type Visit = (key: number, type: AttributeType, low: number, high: number, count: number) => void

/** Every attribute of the rows of a service (of all when undefined), with `key` those of that key only. */
function eachAttribute(
  segment: TableSegment,
  service: string | undefined,
  key: number | undefined,
  visit: (scope: KeyScope, ...attribute: Parameters<Visit>) => void,
): void {
  const { table, rowCount } = segment
  const resourceRows = new Uint32Array(table.resourceCount + 1)
  const scopeRows = new Uint32Array(table.scopeCount + 1)
  const wanted = new Uint8Array(table.resourceCount + 1)
  for (let resource = 0; resource < wanted.length; resource++) {
    wanted[resource] = Number(service === undefined || serviceOfResource(table, resource) === service)
  }
  const rows = new Uint8Array(rowCount)
  for (let row = 0; row < rowCount; row++) {
    if (wanted[table.resource[row]] === 0) continue
    rows[row] = 1
    resourceRows[table.resource[row]]++
    scopeRows[table.scope[row]]++
  }
  const owners = (scope: KeyScope, of: Attributes, counts: Uint32Array, known: number): void => {
    for (let owner = 0; owner < known; owner++) {
      if (counts[owner] === 0) continue
      of.forOwner(owner, (k, type, low, high) => {
        if (key === undefined || k === key) visit(scope, k, type, low, high, counts[owner])
      })
    }
  }
  owners('resource', table.resourceAttributes, resourceRows, table.resourceCount)
  owners('instrumentation', table.scopeAttributes, scopeRows, table.scopeCount)
  const owned = (scope: KeyScope, of: Attributes, end: Uint32Array | undefined): void => {
    const last = end === undefined ? rowCount : rowCount === 0 ? 0 : end[rowCount - 1]
    let row = 0
    const take = (owner: number, k: number, type: AttributeType, low: number, high: number): void => {
      if (end === undefined) row = owner
      else while (end[row] <= owner) row++
      if (rows[row] === 1) visit(scope, k, type, low, high, 1)
    }
    if (key !== undefined) {
      of.forKey(key, (owner, type, low, high) => {
        if (owner < last) take(owner, key, type, low, high)
      })
    } else {
      for (let owner = 0; owner < last; owner++) of.forOwner(owner, (k, t, low, high) => take(owner, k, t, low, high))
    }
  }
  owned('span', table.attributes, undefined)
  owned('event', table.eventAttributes, table.eventEnd)
  owned('link', table.linkAttributes, table.linkEnd)
}

export function countTableKeys(segment: TableSegment, service: string | undefined, counts: KeyCounts): void {
  const byScope = new Map<KeyScope, Map<number, number>>()
  eachAttribute(segment, service, undefined, (scope, key, type, _, __, count) => {
    let byKey = byScope.get(scope)
    if (byKey === undefined) byScope.set(scope, (byKey = new Map()))
    const id = key * 8 + type
    byKey.set(id, (byKey.get(id) ?? 0) + count)
  })
  for (const [scope, byKey] of byScope) {
    for (const [id, count] of byKey) counts.add(scope, segment.table.dictionary.text(Math.floor(id / 8)), id % 8, count)
  }
}

export function countTableValues(
  segment: TableSegment,
  key: string,
  service: string | undefined,
  add: (value: string, count: number) => void,
): void {
  const { dictionary } = segment.table
  const id = dictionary.find(key)
  if (id < 0) return
  const byWords = new Map<string, { readonly value: string; count: number }>()
  eachAttribute(segment, service, id, (_, __, type, low, high, count) => {
    const words = `${type} ${low} ${isDictionaryType(type) ? 0 : high}`
    const known = byWords.get(words)
    if (known !== undefined) known.count += count
    else byWords.set(words, { value: attributeText(decodeAnyValue(dictionary, type, low, high)), count })
  })
  for (const { value, count } of byWords.values()) add(value, count)
}
