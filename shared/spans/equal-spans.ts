/**
 * When two rows are the same span: same ids and same content (ARCHITECTURE.md, rules of the model), wherever they are
 * kept. Compared by value, not by dictionary id, in the sender's order; doubles by their bits, so a NaN equals itself and
 * −0 is not 0. Marks are left out: they tell what we did, not what was sent.
 */
import {
  ATTRIBUTE_BOOL,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_INT,
  type AttributeType,
  isDictionaryType,
} from './attribute-value.ts'
import type { Attributes } from './attributes.ts'
import { type Dictionary, hashBytes } from './dictionary.ts'
import { rangeStart, type SpanTable } from './span-table.ts'

/** Compares rows of `left` with rows of `right` (may be the same table); keep it for many rows: it remembers. */
export class SpanComparer {
  readonly #left: SpanTable
  readonly #right: SpanTable
  /** Entries known to be equal: left id -> right id. */
  readonly #same = new Map<number, number>()
  readonly #resources = new Map<number, boolean>()
  readonly #scopes = new Map<number, boolean>()
  readonly #leftList = new AttributeList()
  readonly #rightList = new AttributeList()

  constructor(left: SpanTable, right: SpanTable) {
    this.#left = left
    this.#right = right
  }

  equal(leftRow: number, rightRow: number): boolean {
    const a = this.#left
    const b = this.#right
    if (!wordsEqual(a.spanId, leftRow, b.spanId, rightRow, 2)) return false
    if (!wordsEqual(a.traceId, leftRow, b.traceId, rightRow, 4)) return false
    if (!wordsEqual(a.parentSpanId, leftRow, b.parentSpanId, rightRow, 2)) return false
    if (!wordsEqual(a.startTime, leftRow, b.startTime, rightRow, 2)) return false
    if (!wordsEqual(a.endTime, leftRow, b.endTime, rightRow, 2)) return false
    if (a.kind[leftRow] !== b.kind[rightRow] || a.status[leftRow] !== b.status[rightRow]) return false
    if (a.flags[leftRow] !== b.flags[rightRow]) return false
    if (a.droppedAttributes[leftRow] !== b.droppedAttributes[rightRow]) return false
    if (a.droppedEvents[leftRow] !== b.droppedEvents[rightRow]) return false
    if (a.droppedLinks[leftRow] !== b.droppedLinks[rightRow]) return false
    if (!this.#idsEqual(a.name[leftRow], b.name[rightRow])) return false
    if (!this.#idsEqual(a.statusMessage[leftRow], b.statusMessage[rightRow])) return false
    if (!this.#idsEqual(a.traceState[leftRow], b.traceState[rightRow])) return false
    if (!this.#resourcesEqual(a.resource[leftRow], b.resource[rightRow])) return false
    if (!this.#scopesEqual(a.scope[leftRow], b.scope[rightRow])) return false
    return (
      this.#attributesEqual(a.attributes, leftRow, b.attributes, rightRow) &&
      this.#eventsEqual(leftRow, rightRow) &&
      this.#linksEqual(leftRow, rightRow)
    )
  }

  #idsEqual(left: number, right: number): boolean {
    if (left === 0 || right === 0) return left === right
    if (this.#left === this.#right) return left === right
    if (this.#same.get(left) === right) return true
    const a = this.#left.dictionary.bytes(left)
    const b = this.#right.dictionary.bytes(right)
    if (a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
    this.#same.set(left, right)
    return true
  }

  #attributesEqual(left: Attributes, leftOwner: number, right: Attributes, rightOwner: number): boolean {
    const a = this.#leftList.read(left, leftOwner)
    const b = this.#rightList.read(right, rightOwner)
    if (a.length !== b.length) return false
    for (let i = 0; i < a.length; i += 4) {
      if (a[i + 1] !== b[i + 1] || !this.#idsEqual(a[i], b[i])) return false
      if (isDictionaryType(a[i + 1])) {
        if (!this.#idsEqual(a[i + 2], b[i + 2])) return false
      } else if (a[i + 2] !== b[i + 2] || a[i + 3] !== b[i + 3]) return false
    }
    return true
  }

  #eventsEqual(leftRow: number, rightRow: number): boolean {
    const a = this.#left
    const b = this.#right
    let i = rangeStart(a.eventEnd, leftRow)
    let k = rangeStart(b.eventEnd, rightRow)
    if (a.eventEnd[leftRow] - i !== b.eventEnd[rightRow] - k) return false
    for (; i < a.eventEnd[leftRow]; i++, k++) {
      if (!wordsEqual(a.eventTime, i, b.eventTime, k, 2)) return false
      if (a.eventDroppedAttributes[i] !== b.eventDroppedAttributes[k]) return false
      if (!this.#idsEqual(a.eventName[i], b.eventName[k])) return false
      if (!this.#attributesEqual(a.eventAttributes, i, b.eventAttributes, k)) return false
    }
    return true
  }

  #linksEqual(leftRow: number, rightRow: number): boolean {
    const a = this.#left
    const b = this.#right
    let i = rangeStart(a.linkEnd, leftRow)
    let k = rangeStart(b.linkEnd, rightRow)
    if (a.linkEnd[leftRow] - i !== b.linkEnd[rightRow] - k) return false
    for (; i < a.linkEnd[leftRow]; i++, k++) {
      if (!wordsEqual(a.linkTraceId, i, b.linkTraceId, k, 4)) return false
      if (!wordsEqual(a.linkSpanId, i, b.linkSpanId, k, 2)) return false
      if (a.linkFlags[i] !== b.linkFlags[k]) return false
      if (a.linkDroppedAttributes[i] !== b.linkDroppedAttributes[k]) return false
      if (!this.#idsEqual(a.linkTraceState[i], b.linkTraceState[k])) return false
      if (!this.#attributesEqual(a.linkAttributes, i, b.linkAttributes, k)) return false
    }
    return true
  }

  #resourcesEqual(left: number, right: number): boolean {
    if (this.#left === this.#right && left === right) return true
    const pair = left * 4194304 + right
    const known = this.#resources.get(pair)
    if (known !== undefined) return known
    const a = this.#left
    const b = this.#right
    const equal =
      (a.resourceDroppedAttributes[left] ?? 0) === (b.resourceDroppedAttributes[right] ?? 0) &&
      this.#idsEqual(a.resourceSchemaUrl[left] ?? 0, b.resourceSchemaUrl[right] ?? 0) &&
      this.#attributesEqual(a.resourceAttributes, left, b.resourceAttributes, right)
    this.#resources.set(pair, equal)
    return equal
  }

  #scopesEqual(left: number, right: number): boolean {
    if (this.#left === this.#right && left === right) return true
    const pair = left * 4194304 + right
    const known = this.#scopes.get(pair)
    if (known !== undefined) return known
    const a = this.#left
    const b = this.#right
    const equal =
      (a.scopeDroppedAttributes[left] ?? 0) === (b.scopeDroppedAttributes[right] ?? 0) &&
      this.#idsEqual(a.scopeName[left] ?? 0, b.scopeName[right] ?? 0) &&
      this.#idsEqual(a.scopeVersion[left] ?? 0, b.scopeVersion[right] ?? 0) &&
      this.#idsEqual(a.scopeSchemaUrl[left] ?? 0, b.scopeSchemaUrl[right] ?? 0) &&
      this.#attributesEqual(a.scopeAttributes, left, b.scopeAttributes, right)
    this.#scopes.set(pair, equal)
    return equal
  }
}

/** Hashes rows by content: equal rows (see `SpanComparer`) have equal hashes in whatever tables. Keep it for many rows. */
export class SpanHasher {
  readonly #table: SpanTable
  readonly #entries = new Map<number, number>([[0, 0]])
  readonly #resources = new Map<number, number>()
  readonly #scopes = new Map<number, number>()
  readonly #list = new AttributeList()

  constructor(table: SpanTable) {
    this.#table = table
  }

  /** An unsigned 32-bit number. */
  hash(row: number): number {
    const t = this.#table
    let h = 0
    for (let k = 0; k < 4; k++) h = mix(h, t.traceId[row * 4 + k])
    for (const column of [t.spanId, t.parentSpanId, t.startTime, t.endTime]) {
      h = mix(mix(h, column[row * 2]), column[row * 2 + 1])
    }
    h = mix(mix(mix(h, t.kind[row]), t.status[row]), t.flags[row])
    h = mix(mix(mix(h, t.droppedAttributes[row]), t.droppedEvents[row]), t.droppedLinks[row])
    for (const column of [t.name, t.statusMessage, t.traceState]) h = mix(h, this.#entry(column[row]))
    h = mix(h, this.#resource(t.resource[row]))
    h = mix(h, this.#scope(t.scope[row]))
    h = this.#attributes(h, t.attributes, row)
    for (let i = rangeStart(t.eventEnd, row); i < t.eventEnd[row]; i++) {
      h = mix(mix(h, t.eventTime[i * 2]), t.eventTime[i * 2 + 1])
      h = mix(mix(h, this.#entry(t.eventName[i])), t.eventDroppedAttributes[i])
      h = this.#attributes(h, t.eventAttributes, i)
    }
    for (let i = rangeStart(t.linkEnd, row); i < t.linkEnd[row]; i++) {
      for (let k = 0; k < 4; k++) h = mix(h, t.linkTraceId[i * 4 + k])
      h = mix(mix(h, t.linkSpanId[i * 2]), t.linkSpanId[i * 2 + 1])
      h = mix(mix(mix(h, this.#entry(t.linkTraceState[i])), t.linkFlags[i]), t.linkDroppedAttributes[i])
      h = this.#attributes(h, t.linkAttributes, i)
    }
    return h >>> 0
  }

  #entry(id: number): number {
    const known = this.#entries.get(id)
    if (known !== undefined) return known
    const hash = hashEntry(this.#table.dictionary, id)
    this.#entries.set(id, hash)
    return hash
  }

  #attributes(seed: number, attributes: Attributes, owner: number): number {
    const list = this.#list.read(attributes, owner)
    let h = mix(seed, list.length)
    for (let i = 0; i < list.length; i += 4) {
      h = mix(mix(h, this.#entry(list[i])), list[i + 1])
      h = isDictionaryType(list[i + 1]) ? mix(h, this.#entry(list[i + 2])) : mix(mix(h, list[i + 2]), list[i + 3])
    }
    return h
  }

  #resource(index: number): number {
    const known = this.#resources.get(index)
    if (known !== undefined) return known
    const t = this.#table
    const own = mix(this.#entry(t.resourceSchemaUrl[index] ?? 0), t.resourceDroppedAttributes[index] ?? 0)
    const hash = this.#attributes(own, t.resourceAttributes, index)
    this.#resources.set(index, hash)
    return hash
  }

  #scope(index: number): number {
    const known = this.#scopes.get(index)
    if (known !== undefined) return known
    const t = this.#table
    let own = mix(this.#entry(t.scopeName[index] ?? 0), this.#entry(t.scopeVersion[index] ?? 0))
    own = mix(mix(own, this.#entry(t.scopeSchemaUrl[index] ?? 0)), t.scopeDroppedAttributes[index] ?? 0)
    const hash = this.#attributes(own, t.scopeAttributes, index)
    this.#scopes.set(index, hash)
    return hash
  }
}

/** The attributes of one owner as a flat list of (key, type, low, high); words that say nothing are zero. */
class AttributeList {
  #list: number[] = []
  readonly #visit = (key: number, type: AttributeType, low: number, high: number): void => {
    if (isDictionaryType(type)) this.#list.push(key, type, low, 0)
    else if (type === ATTRIBUTE_BOOL) this.#list.push(key, type, low === 0 ? 0 : 1, 0)
    else if (type === ATTRIBUTE_INT || type === ATTRIBUTE_DOUBLE) this.#list.push(key, type, low, high)
    else this.#list.push(key, type, 0, 0)
  }

  read(attributes: Attributes, owner: number): readonly number[] {
    this.#list.length = 0
    attributes.forOwner(owner, this.#visit)
    return this.#list
  }
}

function wordsEqual(left: Uint32Array, i: number, right: Uint32Array, k: number, words: number): boolean {
  for (let w = 0; w < words; w++) if (left[i * words + w] !== right[k * words + w]) return false
  return true
}

function mix(hash: number, value: number): number {
  const h = Math.imul(hash ^ value, 0x85ebca6b)
  return Math.imul(h ^ (h >>> 15), 0xc2b2ae35) + 0x9e3779b1
}

function hashEntry(dictionary: Dictionary, id: number): number {
  const bytes = dictionary.bytes(id)
  return hashBytes(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.length)
}
