// Short facts that stand at the end of a row: the status that was answered, the system that was asked, or what was chosen.

import { attributeOfSpan, attributeText } from '#shared/trace/statistics-keys.ts'
import type { Trace } from '#shared/trace/trace.ts'

/** OpenTelemetry's names, now and before 2025; the first that a span has counts. */
const STATUS_KEYS = ['http.response.status_code', 'http.status_code']
const SYSTEM_KEYS = ['db.system.name', 'db.system', 'messaging.system']

export interface RowTag {
  readonly text: string
  readonly title: string
}

/** The values of the chosen keys, each with its key in the title; of the span, else of its resource. */
export function chosenTags(trace: Trace, keys: readonly string[]): (span: number) => readonly RowTag[] {
  const cells = rowCells(trace, keys)
  return span => cells(span).flatMap((text, k) => (text === undefined ? [] : [{ text, title: `${keys[k]} = ${text}` }]))
}

/** Values of the chosen keys for a row's cells; undefined where the span has none. Looked up for the rows in view only. */
export function rowCells(trace: Trace, keys: readonly string[]): (span: number) => readonly (string | undefined)[] {
  const ids = keys.map(key => trace.table.dictionary.find(key))
  return span => ids.map(id => (id < 0 ? undefined : attributeOfSpan(trace, span, id)))
}

/** Status and system of a span, none while attributes have not come. Looked up for the rows in view only. */
export function usualTags(trace: Trace): (span: number) => readonly RowTag[] {
  const { attributes, dictionary } = trace.table
  const ids = new Map(attributes.keys().map(({ key }) => [dictionary.text(key), key]))
  const kinds = [STATUS_KEYS, SYSTEM_KEYS].map(names =>
    names.flatMap(name => {
      const id = ids.get(name)
      return id === undefined ? [] : [{ name, id }]
    }),
  )
  return span =>
    kinds.flatMap(keys => {
      for (const { name, id } of keys) {
        let text = ''
        attributes.firstOf(trace.row[span], id, (type, low, high) => {
          text = attributeText(dictionary, type, low, high)
        })
        if (text !== '') return [{ text, title: `${name} = ${text}` }]
      }
      return []
    })
}
