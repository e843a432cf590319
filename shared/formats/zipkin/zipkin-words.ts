/** What Zipkin's keys mean in OpenTelemetry's words (WIRE.md 6.3, 7.4, 7.5). */

export const NO_MEANING = 1
/** Tells of the process and not of the span. */
export const RESOURCE = 2
export const SCOPE_NAME = 3
export const SCOPE_VERSION = 4
export const STATUS_CODE = 5
export const STATUS_MESSAGE = 6
export const ERROR = 7
export const SPAN_KIND = 8
/** `otlp.link.<n>`. */
export const LINK = 9
export const TRACE_STATE = 10
/** v1: the address of a client, a server or a message broker. */
export const ADDRESS = 11
/** v1: the local component. */
export const COMPONENT = 12

/** `service.name`: the endpoint's name stands for it, where there is one. */
export const SERVICE = 13

/** Said of a span without any time; its start is 1970. */
export const ABSENT_START = 'otel.zipkin.absentField.startTime'

/** v1's annotations that say what a span is and when it was: sent and received, on the wire, in fragments. */
export const CORE_ANNOTATIONS = ['cs', 'cr', 'ss', 'sr', 'ms', 'mr', 'ws', 'wr', 'csf', 'crf', 'ssf', 'srf'] as const

/** OpenTelemetry's resource conventions. */
export const RESOURCE_TAG =
  /^(service\.(namespace|version|instance\.id)|telemetry\.|host\.(name|id|type|image\.)|os\.|cloud\.|k8s\.|container\.|deployment\.|faas\.(id|version|instance))/u

const MEANINGS: ReadonlyMap<string, number> = new Map([
  ['service.name', SERVICE],
  ['otel.scope.name', SCOPE_NAME],
  ['otel.library.name', SCOPE_NAME],
  ['otel.scope.version', SCOPE_VERSION],
  ['otel.library.version', SCOPE_VERSION],
  ['otel.status_code', STATUS_CODE],
  ['otel.status_description', STATUS_MESSAGE],
  ['otel.status_message', STATUS_MESSAGE],
  ['error', ERROR],
  ['span.kind', SPAN_KIND],
  ['w3c.tracestate', TRACE_STATE],
  ['sa', ADDRESS],
  ['ca', ADDRESS],
  ['ma', ADDRESS],
  ['lc', COMPONENT],
])

/** The meaning of a tag's key, never 0. ADDRESS and COMPONENT count in v1 only. */
export function meaningOfTag(key: string): number {
  const known = MEANINGS.get(key)
  if (known !== undefined) return known
  if (RESOURCE_TAG.test(key)) return RESOURCE
  return key.startsWith('otlp.link.') ? LINK : NO_MEANING
}
