// What gives a bar its colour: the service, how much of the time a span has to itself, how slow it is
// among those like it, or the value of an attribute.

import { HEAT_SHADES, HEAT_SLOT, PLAIN_SLOT, serviceMark } from '#app/theme/service-colour.ts'
import type { ServiceMark } from '#app/theme/service-colour.ts'
import { attributeText } from '#shared/query/evaluate-text.ts'
import { decodeAnyValue } from '#shared/spans/any-value.ts'
import type { Attributes } from '#shared/spans/attributes.ts'
import { placeAmongLike } from '#shared/trace/like-spans.ts'
import type { SelfTimes } from '#shared/trace/self-time.ts'
import type { Trace } from '#shared/trace/trace.ts'

export type ColourBy =
  | { readonly kind: 'service' }
  | { readonly kind: 'self' }
  /** How slow a span is among the spans of this trace that have its service and name. */
  | { readonly kind: 'percentile' }
  /** A key of the span's own attributes, or of its resource's. */
  | { readonly kind: 'attribute'; readonly key: string }

/** The mark of a span, by index. */
export type SpanColours = (span: number) => ServiceMark

const PLAIN: ServiceMark = { slot: PLAIN_SLOT, cap: 0 }

/** From which share of quicker spans on a shade begins, the darkest first. */
const SHADE_FROM = [0.99, 0.95, 0.9, 0.75, 0.5, 0]

/** How much less self time the next lighter shade of the heat ramp stands for. */
const SHADE_RATIO = 3

export function spanColours(trace: Trace, self: SelfTimes, services: readonly string[], by: ColourBy): SpanColours {
  switch (by.kind) {
    case 'service': {
      const marks = services.map(serviceMark)
      return span => marks[trace.service[span]]
    }
    case 'self': {
      let most = 0
      for (let i = 0; i < trace.size; i++) if (self[i] > most) most = self[i]
      const marks = Array.from({ length: HEAT_SHADES }, (_, shade): ServiceMark => ({
        slot: HEAT_SLOT + shade,
        cap: 0,
      }))
      return span => {
        const ratio = self[span] > 0 ? most / self[span] : Infinity
        return marks[Math.max(0, HEAT_SHADES - 1 - Math.floor(Math.log(ratio) / Math.log(SHADE_RATIO)))]
      }
    }
    case 'percentile': {
      const place = placeAmongLike(trace)
      return span => {
        const share = place(span)
        if (share === undefined) return PLAIN
        const shade = SHADE_FROM.findIndex(from => share >= from)
        return { slot: HEAT_SLOT + Math.max(0, HEAT_SHADES - 1 - shade), cap: 0 }
      }
    }
    default:
      return attributeColours(trace, by.key)
  }
}

/** A colour a value; spans without the key are plain. */
function attributeColours({ table, row }: Trace, key: string): SpanColours {
  const id = table.dictionary.find(key)
  if (id < 0) return () => PLAIN
  const known = new Map<string, ServiceMark>()
  const marksOf = (attributes: Attributes, owners: number): (ServiceMark | undefined)[] => {
    const marks: (ServiceMark | undefined)[] = Array.from({ length: owners })
    attributes.forKey(id, (owner, type, low, high) => {
      const value = `${type} ${low} ${high}`
      let mark = known.get(value)
      if (mark === undefined) {
        mark = serviceMark(attributeText(decodeAnyValue(table.dictionary, type, low, high)))
        known.set(value, mark)
      }
      marks[owner] = mark
    })
    return marks
  }
  const own = marksOf(table.attributes, table.rowCount)
  const ofResource = marksOf(table.resourceAttributes, table.resourceCount)
  return span => own[row[span]] ?? ofResource[table.resource[row[span]]] ?? PLAIN
}

/** As many keys are offered; any other one is chosen from a span's details. */
const MOST_KEYS = 16

/** Keys of spans and resources to colour by, sorted. */
export function colourKeys({ table }: Trace): readonly string[] {
  const keys = new Set<string>()
  for (const attributes of [table.resourceAttributes, table.attributes]) {
    for (const { key } of attributes.keys()) keys.add(table.dictionary.text(key))
  }
  keys.delete('service.name')
  return [...keys].slice(0, MOST_KEYS).sort()
}
