/** Attribute keys while they are counted. */
import type { AttributeKey } from '#server/storage/store.ts'
import { compareText } from '#shared/spans/compare-text.ts'

export type KeyScope = AttributeKey['scope']
const TYPES = ['empty', 'string', 'bool', 'int', 'double', 'bytes', 'array', 'map'] as const

/** Collects keys: how many owners of a scope have one, and with which types. */
export class KeyCounts {
  readonly #keys = new Map<string, { scope: KeyScope; key: string; types: Set<number>; count: number }>()

  add(scope: KeyScope, key: string, type: number, count: number): void {
    const id = `${scope} ${key}`
    let entry = this.#keys.get(id)
    if (entry === undefined) this.#keys.set(id, (entry = { scope, key, types: new Set(), count: 0 }))
    entry.types.add(type)
    entry.count += count
  }

  list(prefix: string, limit: number): AttributeKey[] {
    const lower = prefix.toLowerCase()
    return [...this.#keys.values()]
      .filter(({ key }) => key.toLowerCase().startsWith(lower))
      .sort((a, b) => b.count - a.count || compareText(a.key, b.key) || compareText(a.scope, b.scope))
      .slice(0, limit)
      .map(({ scope, key, types, count }) => ({ scope, key, types: TYPES.filter((_, type) => types.has(type)), count }))
  }
}
