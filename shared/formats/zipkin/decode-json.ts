/**
 * Zipkin JSON -> rows (WIRE.md 5.5, 7.4, 7.5): v2, v1 (spans with `annotations` that carry endpoints and
 * `binaryAnnotations`), and the v2 protobuf's own JSON with base64 ids and snake_case keys. Lists of spans, lists of
 * lists, `{"spans": […]}` and single spans. What one span has wrong is a problem of that span; the others are read.
 */
import { DecodeError } from '#shared/spans/decode-error.ts'
import { decodeText } from '#shared/spans/dictionary.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { base64Bytes, readFileId } from '#shared/formats/jaeger/file-ids.ts'
import { isArray, isObject, type Json, type JsonObject, seen } from '#shared/formats/jaeger/plain-json.ts'
import { listOf, readEndpoint, readMicroseconds, tagValue } from './json-fields.ts'
import { readV1 } from './read-v1.ts'
import { addZipkinSpan, type ZipkinSpan } from './zipkin-span.ts'

/** More problems than anyone reads; they are still counted. */
const MOST_PROBLEMS = 100
/** Lists inside lists: what APIs answer has two. */
const MOST_WRAPS = 4

export interface ZipkinJson {
  readonly spanCount: number
  /** Spans that could not be read, and what was wrong with the first hundred of them. */
  readonly badSpans: number
  readonly problems: readonly DecodeError[]
}

/**
 * Appends the spans of a text to `table`. Throws DecodeError when it is not JSON or is no list of spans; the caller rolls
 * back to its mark then, and passes TableFullError on.
 */
export function decodeZipkinJson(input: Uint8Array, table: SpanTableBuilder): ZipkinJson {
  return addZipkinJson(parseJson(decodeText(input)), table)
}

/** As `decodeZipkinJson`, of what a JSON parser gave. `path` stands before the fields that problems name. */
export function addZipkinJson(root: Json, table: SpanTableBuilder, path = ''): ZipkinJson {
  const problems: DecodeError[] = []
  let spanCount = 0
  let badSpans = 0
  const readSpan = (value: Json, at: string): void => {
    const mark = table.mark()
    try {
      if (!isObject(value)) throw new DecodeError(`${seen(value)}; expected a span`, at)
      addZipkinSpan(table, readZipkinSpan(value, at), at)
      spanCount++
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      table.rollback(mark)
      badSpans++
      if (problems.length < MOST_PROBLEMS) problems.push(error)
    }
  }
  const visit = (value: Json, at: string, depth: number): void => {
    if (depth > MOST_WRAPS) throw new DecodeError('nested too deep; expected a list of spans', at)
    if (isArray(value)) {
      for (const [i, item] of value.entries()) {
        if (isArray(item)) visit(item, `${at}[${i}]`, depth + 1)
        else readSpan(item, `${at}[${i}]`)
      }
    } else if (isObject(value) && isArray(value.spans)) {
      visit(value.spans, at === '' ? 'spans' : `${at}.spans`, depth + 1)
    } else if (
      isObject(value) &&
      (value.id !== undefined || value.traceId !== undefined || value.trace_id !== undefined)
    ) {
      readSpan(value, at)
    } else throw new DecodeError(`${seen(value)}; expected a list of Zipkin spans`, at)
  }
  visit(root, path, 0)
  return { spanCount, badSpans, problems }
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as Json
  } catch (error) {
    throw new DecodeError(`not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** A span of any of the three forms. Throws DecodeError with the field. */
function readZipkinSpan(span: JsonObject, path: string): ZipkinSpan {
  const isV1 = span.binaryAnnotations !== undefined || annotatesEndpoints(span.annotations)
  const traceId = readId(span.traceId ?? span.trace_id, 4, `${path}.traceId`)
  const id = readId(span.id, 2, `${path}.id`)
  const parent = span.parentId ?? span.parent_id
  const head = {
    traceId: traceId ?? refuseId(span.traceId, 32, `${path}.traceId`),
    id: id ?? refuseId(span.id, 16, `${path}.id`),
    parentId: (parent === undefined ? undefined : readId(parent, 2, `${path}.parentId`)) ?? new Uint32Array(2),
    name: typeof span.name === 'string' ? span.name : '',
    timestamp: readMicroseconds(span.timestamp, `${path}.timestamp`),
    duration: readMicroseconds(span.duration, `${path}.duration`),
    debug: span.debug === true,
  }
  if (isV1) return { ...head, ...readV1(span, path) }
  return {
    ...head,
    kind: readKind(span.kind, path),
    local: readEndpoint(span.localEndpoint ?? span.local_endpoint),
    remote: readEndpoint(span.remoteEndpoint ?? span.remote_endpoint),
    annotations: listOf(span.annotations, `${path}.annotations`).map((one, i) => ({
      timestamp: readMicroseconds(one.timestamp, `${path}.annotations[${i}].timestamp`) ?? 0n,
      value: typeof one.value === 'string' ? one.value : seen(one.value),
    })),
    tags: readTags(span.tags, `${path}.tags`),
  }
}

function annotatesEndpoints(annotations: Json | undefined): boolean {
  return isArray(annotations) && annotations.some(one => isObject(one) && one.endpoint !== undefined)
}

function readTags(tags: Json | undefined, path: string): ZipkinSpan['tags'] {
  if (tags === undefined || tags === null) return []
  if (!isObject(tags)) throw new DecodeError(`${seen(tags)}; expected an object`, path)
  return Object.entries(tags).map(([key, value]) => [key, tagValue(value)] as const)
}

/** Undefined for none; zero words are refused by the table. */
function readId(value: Json | undefined, words: 2 | 4, path: string): Uint32Array | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') refuseId(value, words * 8, path)
  const digits = words * 8
  const isHex = /^[0-9a-f]+$/iu.test(value)
  if (isHex && value.length <= 32) return readFileId(value.slice(-digits), words)?.words ?? new Uint32Array(words)
  const bytes = base64Bytes(value, words * 4) ?? (words === 4 ? base64Bytes(value, 8) : undefined)
  if (bytes === undefined) refuseId(value, digits, path)
  const whole = new Uint8Array(words * 4)
  whole.set(bytes, whole.length - bytes.length)
  return new Uint32Array(whole.buffer)
}

function refuseId(value: Json | undefined, digits: number, path: string): never {
  const what = typeof value === 'number' ? `the number ${value}` : seen(value)
  const expected = digits === 32 ? 'a string of 16 or 32 hex digits' : 'a string of 16 hex digits'
  throw new DecodeError(`${what}; expected ${expected}`, path)
}

const KINDS: ReadonlyMap<string, number> = new Map([
  ['SERVER', 2],
  ['CLIENT', 3],
  ['PRODUCER', 4],
  ['CONSUMER', 5],
])
/** Zipkin's protobuf: unspecified, client, server, producer, consumer. */
const KIND_NUMBERS = [0, 3, 2, 4, 5]

function readKind(value: Json | undefined, path: string): number {
  if (value === undefined || value === null || value === '') return 0
  const kind =
    typeof value === 'number'
      ? KIND_NUMBERS[value]
      : typeof value === 'string'
        ? (KINDS.get(value.toUpperCase()) ?? (value === 'SPAN_KIND_UNSPECIFIED' ? 0 : undefined))
        : undefined
  if (kind === undefined) {
    throw new DecodeError(`${seen(value)}; expected CLIENT, SERVER, PRODUCER or CONSUMER`, `${path}.kind`)
  }
  return kind
}
