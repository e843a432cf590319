/**
 * Rows from one table to another: merging what several threads and blocks hold of a trace, cutting a file into traces.
 * Dictionary ids, resources and scopes are translated once a source entry.
 */
import { ATTRIBUTE_BYTES, ATTRIBUTE_STRING, type AttributeType, isDictionaryType } from './attribute-value.ts'
import { rangeStart, type SpanTable } from './span-table.ts'
import type { SpanTableBuilder } from './span-table-builder.ts'

/** A copier that has met so many entries gets an array of all ids; one that copies a few rows of a large table does not. */
const MANY_IDS = 4096

/** Copies rows of one source into one target; keep it for all rows of that source. The source may grow meanwhile. */
export class RowCopier {
  readonly #from: SpanTable
  readonly #to: SpanTableBuilder
  /** Source id -> target id: first in the map, then, 0 for not yet known, in the array. */
  readonly #few = new Map<number, number>()
  #known = new Uint32Array(0)
  readonly #resources = new Map<number, number>()
  readonly #scopes = new Map<number, number>()

  /** Texts and bytes of attributes above this length are cut and marked. */
  readonly #mostValueBytes: number
  /** Values that were found to be no longer. */
  readonly #short = new Set<number>()

  /** `cut`: values obey the limits of the target, as entries always do; a copy of what was taken in before is as it was. */
  constructor(from: SpanTable, to: SpanTableBuilder, { cut = false }: { readonly cut?: boolean } = {}) {
    this.#from = from
    this.#to = to
    this.#mostValueBytes = cut ? to.limits.valueBytes : Infinity
  }

  /** Appends a copy of `row`. False when the target's `accept` or limits rejected it. */
  copy(row: number): boolean {
    const from = this.#from
    const to = this.#to
    const target = to.beginSpan()
    for (let k = 0; k < 4; k++) to.traceId[target * 4 + k] = from.traceId[row * 4 + k]
    for (let k = 0; k < 2; k++) {
      to.spanId[target * 2 + k] = from.spanId[row * 2 + k]
      to.parentSpanId[target * 2 + k] = from.parentSpanId[row * 2 + k]
      to.startTime[target * 2 + k] = from.startTime[row * 2 + k]
      to.endTime[target * 2 + k] = from.endTime[row * 2 + k]
    }
    to.kind[target] = from.kind[row]
    to.status[target] = from.status[row]
    to.marks[target] = from.marks[row]
    to.flags[target] = from.flags[row]
    to.droppedAttributes[target] = from.droppedAttributes[row]
    to.droppedEvents[target] = from.droppedEvents[row]
    to.droppedLinks[target] = from.droppedLinks[row]
    // Interning may replace the target's arrays: the value first, then the array.
    const name = this.#id(from.name[row])
    const statusMessage = this.#id(from.statusMessage[row])
    const traceState = this.#id(from.traceState[row])
    const resource = this.#resource(from.resource[row])
    const scope = this.#scope(from.scope[row])
    to.name[target] = name
    to.statusMessage[target] = statusMessage
    to.traceState[target] = traceState
    to.resource[target] = resource
    to.scope[target] = scope
    from.attributes.forOwner(row, (key, type, low, high) => {
      to.addAttribute(this.#id(key), type, isDictionaryType(type) ? this.#value(type, low) : low, high)
    })
    for (let i = rangeStart(from.eventEnd, row); i < from.eventEnd[row]; i++) {
      const name = this.#id(from.eventName[i])
      const time = i * 2
      to.addEvent(from.eventTime[time], from.eventTime[time + 1], name, from.eventDroppedAttributes[i])
      from.eventAttributes.forOwner(i, (key, type, low, high) => {
        to.addEventAttribute(this.#id(key), type, isDictionaryType(type) ? this.#value(type, low) : low, high)
      })
    }
    for (let i = rangeStart(from.linkEnd, row); i < from.linkEnd[row]; i++) {
      to.addLink(
        from.linkTraceId,
        i * 4,
        from.linkSpanId,
        i * 2,
        this.#id(from.linkTraceState[i]),
        from.linkFlags[i],
        from.linkDroppedAttributes[i],
      )
      from.linkAttributes.forOwner(i, (key, type, low, high) => {
        to.addLinkAttribute(this.#id(key), type, isDictionaryType(type) ? this.#value(type, low) : low, high)
      })
    }
    return to.endSpan()
  }

  #value(type: AttributeType, id: number): number {
    if (this.#mostValueBytes === Infinity || (type !== ATTRIBUTE_STRING && type !== ATTRIBUTE_BYTES))
      return this.#id(id)
    if (this.#short.has(id)) return this.#id(id)
    const bytes = this.#from.dictionary.bytes(id)
    if (bytes.length <= this.#mostValueBytes) {
      this.#short.add(id)
      return this.#id(id)
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (type === ATTRIBUTE_STRING) return this.#to.internValue(bytes, view, 0, bytes.length)
    this.#to.markCut()
    return this.#to.internBytes(bytes, view, 0, this.#mostValueBytes)
  }

  #id(id: number): number {
    if (id === 0) return 0
    const known = id < this.#known.length ? this.#known[id] : (this.#few.get(id) ?? 0)
    if (known !== 0) return known
    const bytes = this.#from.dictionary.bytes(id)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const copied = this.#to.internBytes(bytes, view, 0, bytes.length)
    if (id < this.#known.length) this.#known[id] = copied
    else {
      this.#few.set(id, copied)
      if (this.#few.size > MANY_IDS) this.#moveToArray()
    }
    return copied
  }

  #moveToArray(): void {
    const larger = new Uint32Array(Math.ceil(this.#from.dictionary.size * 1.25))
    larger.set(this.#known)
    for (const [id, copied] of this.#few) larger[id] = copied
    this.#few.clear()
    this.#known = larger
  }

  #resource(index: number): number {
    const known = this.#resources.get(index)
    if (known !== undefined) return known
    const from = this.#from
    from.resourceAttributes.forOwner(index, (key, type, low, high) => {
      this.#to.addResourceAttribute(this.#id(key), type, isDictionaryType(type) ? this.#value(type, low) : low, high)
    })
    const copied = this.#to.endResource(this.#id(from.resourceSchemaUrl[index]), from.resourceDroppedAttributes[index])
    this.#resources.set(index, copied)
    return copied
  }

  #scope(index: number): number {
    const known = this.#scopes.get(index)
    if (known !== undefined) return known
    const from = this.#from
    from.scopeAttributes.forOwner(index, (key, type, low, high) => {
      this.#to.addScopeAttribute(this.#id(key), type, isDictionaryType(type) ? this.#value(type, low) : low, high)
    })
    const copied = this.#to.endScope(
      this.#id(from.scopeName[index]),
      this.#id(from.scopeVersion[index]),
      this.#id(from.scopeSchemaUrl[index]),
      from.scopeDroppedAttributes[index],
    )
    this.#scopes.set(index, copied)
    return copied
  }
}
