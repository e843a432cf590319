/** Resources and scopes of a growing span table: each is kept once, and found by a hash of what it says. */
import { ATTRIBUTE_STRING, type AttributeType } from './attribute-value.ts'
import { NO_SERVICE } from './columns.ts'
import type { ColumnOptions } from './growing-columns.ts'
import { GrowingDictionary } from './growing-dictionary.ts'

export class GrowingResources extends GrowingDictionary {
  /** Content hash -> indices, to find an equal resource or scope. */
  #resourcesByHash = new Map<number, number[]>()
  #scopesByHash = new Map<number, number[]>()
  readonly #serviceNameKey: number

  constructor(options: ColumnOptions) {
    super(options)
    this.#serviceNameKey = this.internText('service.name')
  }

  /** Appends an attribute to the resource under construction. */
  addResourceAttribute(key: number, type: AttributeType, low: number, high: number): void {
    this.reserve('resourceAttributes', 1)
    const i = this.resourceAttributeCount++
    this.resourceAttributeKey[i] = key
    this.resourceAttributeType[i] = type
    this.resourceAttributeValue[i * 2] = low
    this.resourceAttributeValue[i * 2 + 1] = high
  }

  /** Ends the resource whose attributes were just added. Returns its index: that of an equal one when there is one. */
  endResource(schemaUrl: number, droppedAttributes: number): number {
    this.reserve('resources', 1)
    const from = this.resourceCount === 0 ? 0 : this.resourceAttributeEnd[this.resourceCount - 1]
    const to = this.resourceAttributeCount
    const hash = this.#hashEntries('resource', from, to, schemaUrl ^ Math.imul(droppedAttributes, 31))
    for (const other of this.#resourcesByHash.get(hash) ?? []) {
      if (
        this.resourceSchemaUrl[other] === schemaUrl &&
        this.resourceDroppedAttributes[other] === droppedAttributes &&
        this.#entriesEqual('resource', other, from, to)
      ) {
        this.resourceAttributeCount = from
        return other
      }
    }
    const index = this.resourceCount++
    this.resourceSchemaUrl[index] = schemaUrl
    this.resourceDroppedAttributes[index] = droppedAttributes
    this.resourceAttributeEnd[index] = to
    this.resourceService[index] = NO_SERVICE
    for (let i = from; i < to; i++) {
      if (this.resourceAttributeKey[i] !== this.#serviceNameKey) continue
      if (this.resourceAttributeType[i] !== ATTRIBUTE_STRING) continue
      this.resourceService[index] = this.resourceAttributeValue[i * 2]
      break
    }
    push(this.#resourcesByHash, hash, index)
    return index
  }

  /** Appends an attribute to the scope under construction. */
  addScopeAttribute(key: number, type: AttributeType, low: number, high: number): void {
    this.reserve('scopeAttributes', 1)
    const i = this.scopeAttributeCount++
    this.scopeAttributeKey[i] = key
    this.scopeAttributeType[i] = type
    this.scopeAttributeValue[i * 2] = low
    this.scopeAttributeValue[i * 2 + 1] = high
  }

  /** Ends the scope whose attributes were just added. Returns its index: that of an equal one when there is one. */
  endScope(name: number, version: number, schemaUrl: number, droppedAttributes: number): number {
    this.reserve('scopes', 1)
    const from = this.scopeCount === 0 ? 0 : this.scopeAttributeEnd[this.scopeCount - 1]
    const to = this.scopeAttributeCount
    const seed = name ^ Math.imul(version, 31) ^ Math.imul(schemaUrl, 961) ^ Math.imul(droppedAttributes, 29791)
    const hash = this.#hashEntries('scope', from, to, seed)
    for (const other of this.#scopesByHash.get(hash) ?? []) {
      if (
        this.scopeName[other] === name &&
        this.scopeVersion[other] === version &&
        this.scopeSchemaUrl[other] === schemaUrl &&
        this.scopeDroppedAttributes[other] === droppedAttributes &&
        this.#entriesEqual('scope', other, from, to)
      ) {
        this.scopeAttributeCount = from
        return other
      }
    }
    const index = this.scopeCount++
    this.scopeName[index] = name
    this.scopeVersion[index] = version
    this.scopeSchemaUrl[index] = schemaUrl
    this.scopeDroppedAttributes[index] = droppedAttributes
    this.scopeAttributeEnd[index] = to
    push(this.#scopesByHash, hash, index)
    return index
  }

  #hashEntries(owner: 'resource' | 'scope', from: number, to: number, seed: number): number {
    const keys = this[`${owner}AttributeKey`]
    const types = this[`${owner}AttributeType`]
    const values = this[`${owner}AttributeValue`]
    let h = seed | 0
    for (let i = from; i < to; i++) {
      h = Math.imul(h ^ keys[i], 0x85ebca6b) ^ types[i]
      h = Math.imul(h ^ values[i * 2], 0xc2b2ae35)
      h = Math.imul(h ^ values[i * 2 + 1] ^ (h >>> 13), 0x9e3779b1)
    }
    return h >>> 0
  }

  #entriesEqual(owner: 'resource' | 'scope', other: number, from: number, to: number): boolean {
    const end = this[`${owner}AttributeEnd`]
    const keys = this[`${owner}AttributeKey`]
    const types = this[`${owner}AttributeType`]
    const values = this[`${owner}AttributeValue`]
    let k = other === 0 ? 0 : end[other - 1]
    if (end[other] - k !== to - from) return false
    for (let i = from; i < to; i++, k++) {
      if (keys[i] !== keys[k] || types[i] !== types[k]) return false
      if (values[i * 2] !== values[k * 2] || values[i * 2 + 1] !== values[k * 2 + 1]) return false
    }
    return true
  }

  /** Takes over the resources and scopes that were written from outside; their counts are set. */
  protected adoptResources(): void {
    this.#resourcesByHash.clear()
    for (let i = 0; i < this.resourceCount; i++) {
      const from = i === 0 ? 0 : this.resourceAttributeEnd[i - 1]
      const seed = this.resourceSchemaUrl[i] ^ Math.imul(this.resourceDroppedAttributes[i], 31)
      push(this.#resourcesByHash, this.#hashEntries('resource', from, this.resourceAttributeEnd[i], seed), i)
    }
    this.#scopesByHash.clear()
    for (let i = 0; i < this.scopeCount; i++) {
      const from = i === 0 ? 0 : this.scopeAttributeEnd[i - 1]
      const seed =
        this.scopeName[i] ^
        Math.imul(this.scopeVersion[i], 31) ^
        Math.imul(this.scopeSchemaUrl[i], 961) ^
        Math.imul(this.scopeDroppedAttributes[i], 29791)
      push(this.#scopesByHash, this.#hashEntries('scope', from, this.scopeAttributeEnd[i], seed), i)
    }
  }
}

function push(map: Map<number, number[]>, key: number, value: number): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
