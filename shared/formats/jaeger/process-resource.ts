/**
 * Jaeger's process -> a resource of the table (WIRE.md 7.3), for the decoders of its wire formats: `hostname` and
 * `jaeger.version` get OpenTelemetry's names; an empty service name is none.
 *
 *   process.begin(table); process.service(id); process.tag(…) …; const resource = process.end()
 */
import { ATTRIBUTE_STRING, type AttributeType } from '#shared/spans/attribute-value.ts'
import type { RejectReason, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

export class ProcessResource {
  /** Why no span of the process can be kept: a text of it is not UTF-8. */
  fault: RejectReason | undefined
  #table!: SpanTableBuilder
  #service = 0
  /** Of each tag: key, type, low, high. */
  readonly #tags: number[] = []
  #leftOut = 0

  begin(table: SpanTableBuilder): void {
    this.#table = table
    this.fault = undefined
    this.#service = 0
    this.#tags.length = 0
    this.#leftOut = 0
  }

  /** A text of the process: its dictionary id, checked. */
  text(id: number): number {
    if (this.#table.dictionaryIsText[id] === 0) this.fault = 'invalid_utf8'
    return id
  }

  /** The name of the service, by its dictionary id; the last one stands. */
  service(id: number): void {
    this.#service = this.text(id)
  }

  tag(key: number, type: AttributeType, low: number, high: number): void {
    this.text(key)
    if (type === ATTRIBUTE_STRING) this.text(low)
    if (this.#tags.length / 4 >= this.#table.limits.attributes) this.#leftOut++
    else this.#tags.push(key, type, low, high)
  }

  /** Index of the resource. */
  end(): number {
    const table = this.#table
    const tags = this.#tags
    const nameKey = table.internText('service.name')
    if (this.#service !== 0) table.addResourceAttribute(nameKey, ATTRIBUTE_STRING, this.#service, 0)
    const hostKey = table.internText('hostname')
    const hostNameKey = table.internText('host.name')
    const versionKey = table.internText('jaeger.version')
    let hasHost = false
    for (let i = 0; i < tags.length; i += 4) if (tags[i] === hostNameKey) hasHost = true
    for (let i = 0; i < tags.length; i += 4) {
      const type = tags[i + 1] as AttributeType
      let key = tags[i]
      let low = tags[i + 2]
      if (key === hostKey && !hasHost) key = hostNameKey
      else if (key === versionKey && type === ATTRIBUTE_STRING) {
        key = table.internText('opencensus.exporterversion')
        low = table.internText(`Jaeger-${table.dictionary.text(low)}`)
      }
      table.addResourceAttribute(key, type, low, tags[i + 3])
    }
    return table.endResource(0, this.#leftOut)
  }
}
