/**
 * What a Zipkin v1 record says (WIRE.md 6.3, 7.4), in v2's words: its kind, endpoints and missing times out of core
 * annotations, tags out of binary annotations. A record that both sides wrote to (`cs` and `sr`) stays one span, the
 * server's, with its client as the peer.
 */
import type { AttributeValue } from '#shared/spans/attribute-value.ts'
import type { JsonObject } from '#shared/formats/jaeger/plain-json.ts'
import { listOf, readEndpoint, readMicroseconds, tagValue } from './json-fields.ts'
import type { ZipkinAnnotation, ZipkinEndpoint, ZipkinSpan } from './zipkin-span.ts'

/** An annotation with its host, and a binary annotation with its value: v1's two lists. */
interface V1Annotation extends ZipkinAnnotation {
  readonly endpoint: ZipkinEndpoint | undefined
}
interface V1Binary {
  readonly key: string
  readonly value: AttributeValue
  readonly endpoint: ZipkinEndpoint | undefined
}

type V1Parts = Pick<ZipkinSpan, 'kind' | 'local' | 'remote' | 'annotations' | 'tags' | 'timestamp' | 'duration'>

/** The parts of a span that v1's JSON spreads over its annotations. */
export function readV1(span: JsonObject, path: string): V1Parts {
  const annotations = listOf(span.annotations, `${path}.annotations`).map((one, i) => ({
    timestamp: readMicroseconds(one.timestamp, `${path}.annotations[${i}].timestamp`) ?? 0n,
    value: typeof one.value === 'string' ? one.value : '',
    endpoint: readEndpoint(one.endpoint),
  }))
  const binaries = listOf(span.binaryAnnotations, `${path}.binaryAnnotations`).map(one => ({
    key: typeof one.key === 'string' ? one.key : '',
    value: tagValue(one.value),
    endpoint: readEndpoint(one.endpoint),
  }))
  return v1Parts(
    annotations,
    binaries,
    readMicroseconds(span.timestamp, `${path}.timestamp`),
    readMicroseconds(span.duration, `${path}.duration`),
  )
}

const CORE = new Set(['cs', 'cr', 'ss', 'sr', 'ms', 'mr', 'ws', 'wr', 'csf', 'crf', 'ssf', 'srf'])
const ADDRESSES = new Set(['sa', 'ca', 'ma'])

/** As `readV1`, of the two lists. */
function v1Parts(
  annotations: readonly V1Annotation[],
  binaries: readonly V1Binary[],
  timestamp: bigint | undefined,
  duration: bigint | undefined,
): V1Parts {
  const find = (...values: readonly string[]): V1Annotation | undefined =>
    annotations.find(({ value }) => values.includes(value))
  const server = find('sr') ?? find('ss')
  const client = find('cs') ?? find('cr')
  const sent = find('ms')
  const received = find('mr')
  const kind =
    server !== undefined ? 2 : client !== undefined ? 3 : sent !== undefined ? 4 : received !== undefined ? 5 : 0
  const core = server ?? client ?? sent ?? received
  const component = binaries.find(({ key }) => key === 'lc')
  const local =
    core?.endpoint ??
    component?.endpoint ??
    annotations.find(({ endpoint }) => endpoint !== undefined)?.endpoint ??
    binaries.find(({ key, endpoint }) => endpoint !== undefined && !ADDRESSES.has(key))?.endpoint
  const address = binaries.find(({ key }) => ADDRESSES.has(key))?.endpoint
  const remote = server !== undefined && client?.endpoint !== undefined ? client.endpoint : address
  return {
    kind,
    local,
    remote,
    ...timesOf(annotations, timestamp, duration),
    annotations: annotations.filter(({ value }) => !CORE.has(value)),
    tags: binaries
      .filter(
        ({ key, value }) => !ADDRESSES.has(key) && !(key === 'lc' && value.type === 'string' && value.value === ''),
      )
      .map(({ key, value }) => [key === 'lc' ? 'component' : key, value] as const),
  }
}

/** The span's own times, else those of the client's pair, else of the server's, else of whatever core annotations. */
function timesOf(
  annotations: readonly V1Annotation[],
  timestamp: bigint | undefined,
  duration: bigint | undefined,
): { timestamp: bigint | undefined; duration: bigint | undefined } {
  const at = (value: string): bigint | undefined => annotations.find(one => one.value === value)?.timestamp
  const pairs = [
    [at('cs'), at('cr')],
    [at('sr'), at('ss')],
  ] as const
  const pair = pairs.find(([from]) => from !== undefined) ?? pairs.find(([, to]) => to !== undefined)
  const first = pair?.[0] ?? at('ms') ?? at('mr') ?? pair?.[1]
  const isMissing = timestamp === undefined || timestamp === 0n
  const start = isMissing ? first : timestamp
  if (duration !== undefined || start === undefined) return { timestamp: start, duration }
  const end = pair?.[1]
  return { timestamp: start, duration: end !== undefined && end > start ? end - start : undefined }
}
