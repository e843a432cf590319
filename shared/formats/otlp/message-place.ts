/** Where in an ExportTraceServiceRequest a decoder stands, for what it says of bytes that it can't read. */
import type { RejectReason } from '#shared/spans/span-table-builder.ts'

/** A part of a span or of what is around it; events and links are counted. */
export type MessagePart = '' | 'resource' | 'scope' | 'events' | 'links' | 'status'

export class MessagePlace {
  /** Indices in their lists; -1 outside of any. */
  resourceSpans = -1
  scopeSpans = -1
  span = -1
  part: MessagePart = ''
  partIndex = 0
  attribute = -1
  /** Why no span of the present resource or scope can be kept: its own text is not UTF-8, or nests too deep. */
  fault: RejectReason | undefined

  /** Back to the start of a message. */
  reset(): void {
    this.resourceSpans = this.scopeSpans = this.span = this.attribute = -1
    this.part = ''
    this.fault = undefined
  }

  /** Out of a part of a span, resource or scope. */
  endPart(): void {
    this.part = ''
    this.attribute = -1
  }

  /** `resourceSpans[0].scopeSpans[2].spans[14].events[1].attributes[0].key`, when `field` is `key`. */
  path(field: string): string {
    const steps: string[] = []
    if (this.resourceSpans >= 0) steps.push(`resourceSpans[${this.resourceSpans}]`)
    if (this.scopeSpans >= 0) steps.push(`scopeSpans[${this.scopeSpans}]`)
    if (this.span >= 0) steps.push(`spans[${this.span}]`)
    if (this.part === 'events' || this.part === 'links') steps.push(`${this.part}[${this.partIndex}]`)
    else if (this.part !== '') steps.push(this.part)
    if (this.attribute >= 0) steps.push(`attributes[${this.attribute}]`)
    if (field !== '') steps.push(field)
    return steps.join('.')
  }
}
