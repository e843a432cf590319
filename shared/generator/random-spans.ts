/**
 * Spans that no SDK would send and every table must keep: repeated, empty and hostile keys, every value type, 64-bit
 * extremes, bytes that are no text, ends before starts, unknown kinds, dropped counts. For property tests; seeded.
 */
import type { Attribute, AttributeValue } from '#shared/spans/attribute-value.ts'
import { encodeAnyValue } from '#shared/spans/any-value.ts'
import type { AttributeType } from '#shared/spans/attribute-value.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { Random } from './random.ts'

const KEYS = ['a', 'b', 'service.name', '', '__proto__', 'constructor', 'ключ', '键', 'k\u0000', 'toString', 'a.b.c']
const TEXTS = ['', 'GET', 'SELECT 1', '__proto__', 'é', '𝄞 clef', '\u0000', '"quoted"\n', 'x'.repeat(300)]
const INTS = [0n, 1n, -1n, 42n, 2n ** 31n, -(2n ** 31n), 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)]
const DOUBLES = [0, -0, 1.5, Number.NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 200]

/** Any attribute value, nested at most `depth` deep. */
export function randomValue(random: Random, depth = 3): AttributeValue {
  switch (random.below(depth > 0 ? 8 : 6)) {
    case 0:
      return { type: 'empty' }
    case 1:
      return { type: 'bool', value: random.chance(0.5) }
    case 2:
      return { type: 'int', value: random.pick(INTS) }
    case 3:
      return { type: 'double', value: random.pick(DOUBLES) }
    case 4:
      return { type: 'bytes', value: Uint8Array.from({ length: random.below(9) }, () => random.below(256)) }
    case 5:
      return { type: 'string', value: random.pick(TEXTS) }
    case 6:
      return { type: 'array', values: Array.from({ length: random.below(4) }, () => randomValue(random, depth - 1)) }
    default:
      return { type: 'map', entries: randomAttributes(random, 4, depth - 1) }
  }
}

/** Fewer than `below` attributes; keys may repeat. */
export function randomAttributes(random: Random, below: number, depth = 3): Attribute[] {
  return Array.from({ length: random.below(below) }, () => ({
    key: random.pick(KEYS),
    value: randomValue(random, depth),
  }))
}

/** Appends `count` spans. `traces`: how many trace ids they are spread over. */
export function addRandomSpans(table: SpanTableBuilder, random: Random, count: number, traces = 3): void {
  const addAll = (attributes: Attribute[], add: (k: number, t: AttributeType, l: number, h: number) => void): void => {
    for (const { key, value } of attributes) {
      const id = table.internText(key)
      const [type, low, high] = encodeAnyValue(table, value)
      add(id, type, low, high)
    }
  }
  const resources = Array.from({ length: 3 }, () => {
    addAll(randomAttributes(random, 6), (k, t, l, h) => table.addResourceAttribute(k, t, l, h))
    return table.endResource(table.internText(random.pick(['', 'urn:r'])), random.pick([0, 0, 7]))
  })
  const scopes = Array.from({ length: 3 }, () => {
    addAll(randomAttributes(random, 3), (k, t, l, h) => table.addScopeAttribute(k, t, l, h))
    const [name, version] = [table.internText(random.pick(TEXTS)), table.internText(random.pick(['', '1.0']))]
    return table.endScope(name, version, table.internText(random.pick(['', 'urn:s'])), random.pick([0, 0, 9]))
  })
  const traceIds = Array.from({ length: traces }, () => Uint32Array.from({ length: 4 }, () => random.u32() | 1))
  for (let i = 0; i < count; i++) {
    const row = table.beginSpan()
    table.traceId.set(random.pick(traceIds), row * 4)
    table.spanId.set([random.u32() | 1, random.u32()], row * 2)
    if (random.chance(0.7)) table.parentSpanId.set([random.u32(), random.u32()], row * 2)
    table.startTime.set([random.u32(), random.u32()], row * 2)
    table.endTime.set([random.u32(), random.u32()], row * 2)
    table.kind[row] = random.pick([0, 1, 2, 3, 4, 5, 5, 200])
    table.status[row] = random.below(3)
    if (random.chance(0.2)) table.marks[row] = random.below(4)
    if (random.chance(0.5)) table.flags[row] = random.u32()
    if (random.chance(0.2)) table.droppedAttributes[row] = random.u32()
    if (random.chance(0.2)) table.droppedEvents[row] = random.below(9)
    if (random.chance(0.2)) table.droppedLinks[row] = random.below(9)
    const name = table.internText(random.pick(TEXTS))
    table.name[row] = name
    if (random.chance(0.3)) {
      const [message, state] = [table.internText(random.pick(TEXTS)), table.internText(random.pick(['', 'a=1', 'b=2']))]
      table.statusMessage[row] = message
      table.traceState[row] = state
    }
    table.resource[row] = random.pick(resources)
    table.scope[row] = random.pick(scopes)
    addAll(randomAttributes(random, 8), (k, t, l, h) => table.addAttribute(k, t, l, h))
    for (let k = random.chance(0.5) ? random.below(4) : 0; k > 0; k--) {
      table.addEvent(random.u32(), random.u32(), table.internText(random.pick(TEXTS)), random.pick([0, 0, 3]))
      addAll(randomAttributes(random, 4), (key, t, l, h) => table.addEventAttribute(key, t, l, h))
    }
    for (let k = random.chance(0.3) ? random.below(3) : 0; k > 0; k--) {
      const ids = Uint32Array.from({ length: 6 }, () => random.u32())
      table.addLink(ids, 0, ids, 4, table.internText(random.pick(['', 'l=1'])), random.u32(), random.pick([0, 2]))
      addAll(randomAttributes(random, 3), (key, t, l, h) => table.addLinkAttribute(key, t, l, h))
    }
    table.endSpan()
  }
}
