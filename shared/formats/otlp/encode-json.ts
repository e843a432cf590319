/**
 * Rows of a span table as OTLP JSON (WIRE.md 5.4, 6.8): ids in hex, 64-bit integers as strings, enumerations as numbers,
 * bytes as base64, doubles that JSON has no number for as "NaN", "Infinity" and "-Infinity". Fields with their default
 * value are left out, but for the times of a span and the objects `resource`, `scope` and `status`, which readers expect.
 *
 * The text comes in pieces, so that an answer of any size needs little memory and a reader that is slow is waited for.
 */
import {
  ATTRIBUTE_ARRAY,
  ATTRIBUTE_BOOL,
  ATTRIBUTE_BYTES,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_INT,
  ATTRIBUTE_MAP,
  ATTRIBUTE_STRING,
  type Attribute,
  type AttributeType,
  type AttributeValue,
  doubleOf,
  intOf,
} from '#shared/spans/attribute-value.ts'
import { decodeAnyValue } from '#shared/spans/any-value.ts'
import type { Attributes } from '#shared/spans/attributes.ts'
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'
import { rangeStart, type SpanTable } from '#shared/spans/span-table.ts'
import { timeAt } from '#shared/spans/time.ts'
import { groupRows } from './group-rows.ts'

/** A piece is at most this many UTF-16 units; at most three times as many bytes, and as many as units for ASCII. */
const PIECE = 65_536

/** `{"resourceSpans":[…]}` with the given rows (default: all), in pieces of at most 64 Ki characters. */
export function* encodeOtlpJson(table: SpanTable, rows?: Iterable<number>): Generator<string> {
  yield* pieces(requestParts(table, rows, '{"resourceSpans":[', ']}'))
}

/** `{"result":{"resourceSpans":[…]}}`: a trace as `/api/v3/traces` answers it (WIRE.md 9), in pieces likewise. */
export function* encodeResultJson(table: SpanTable, rows?: Iterable<number>): Generator<string> {
  yield* pieces(requestParts(table, rows, '{"result":{"resourceSpans":[', ']}}'))
}

/**
 * The same of several tables, which come one by one: the next is asked for when what is written of the last has been taken. `problem` is
 * asked at the end: why spans may be missing, as `error` beside the result; empty when none are.
 */
export async function* encodeResultJsonOf(
  tables: AsyncIterable<SpanTable>,
  problem: () => string = () => '',
): AsyncGenerator<string> {
  let opening = '{"result":{"resourceSpans":['
  for await (const table of tables) {
    if (table.rowCount === 0) continue
    yield* pieces(requestParts(table, undefined, opening, ''))
    opening = ','
  }
  const message = problem()
  const error = message === '' ? '' : `,"error":{"message":${JSON.stringify(message)}}`
  yield `${opening === ',' ? '' : opening}]}${error}}`
}

/** Joins small parts and cuts large ones, never inside a surrogate pair. */
function* pieces(parts: Iterable<string>): Generator<string> {
  let held = ''
  for (const part of parts) {
    held += part
    while (held.length >= PIECE) {
      const last = held.charCodeAt(PIECE - 1)
      const cut = last >= 0xd800 && last < 0xdc00 ? PIECE - 1 : PIECE
      yield held.slice(0, cut)
      held = held.slice(cut)
    }
  }
  if (held !== '') yield held
}

function* requestParts(
  table: SpanTable,
  rows: Iterable<number> | undefined,
  opening: string,
  closing: string,
): Generator<string> {
  const texts = new Texts(table)
  let resource = -1
  let part = opening
  for (const group of groupRows(table, rows)) {
    if (group.resource !== resource) {
      if (resource >= 0) part += `]${schemaUrl(texts, table.resourceSchemaUrl[resource])}},`
      resource = group.resource
      part += `{"resource":${resourceJson(table, texts, resource)},"scopeSpans":[`
    } else part += ','
    part += `{"scope":${scopeJson(table, texts, group.scope)},"spans":[`
    let first = true
    for (const row of group.rows) {
      yield `${part}${first ? '' : ','}${spanJson(table, texts, row)}`
      part = ''
      first = false
    }
    part = `]${schemaUrl(texts, table.scopeSchemaUrl[group.scope])}}`
  }
  if (resource >= 0) part += `]${schemaUrl(texts, table.resourceSchemaUrl[resource])}}`
  yield part + closing
}

/** Dictionary entries as JSON strings, each made once. */
class Texts {
  readonly #table: SpanTable
  readonly #quoted: (string | undefined)[] = []
  constructor(table: SpanTable) {
    this.#table = table
  }
  quoted(id: number): string {
    return (this.#quoted[id] ??= JSON.stringify(this.#table.dictionary.text(id)))
  }
}

function schemaUrl(texts: Texts, id: number): string {
  return id === 0 ? '' : `,"schemaUrl":${texts.quoted(id)}`
}

function resourceJson(table: SpanTable, texts: Texts, i: number): string {
  return object(
    attributesField(table, texts, table.resourceAttributes, i) +
      dropped('Attributes', table.resourceDroppedAttributes[i]),
  )
}

function scopeJson(table: SpanTable, texts: Texts, i: number): string {
  return object(
    textField(texts, 'name', table.scopeName[i]) +
      textField(texts, 'version', table.scopeVersion[i]) +
      attributesField(table, texts, table.scopeAttributes, i) +
      dropped('Attributes', table.scopeDroppedAttributes[i]),
  )
}

function spanJson(table: SpanTable, texts: Texts, row: number): string {
  let json = `{"traceId":"${formatTraceId(table.traceId, row)}","spanId":"${formatSpanId(table.spanId, row)}"`
  json += textField(texts, 'traceState', table.traceState[row])
  if ((table.parentSpanId[row * 2] | table.parentSpanId[row * 2 + 1]) !== 0) {
    json += `,"parentSpanId":"${formatSpanId(table.parentSpanId, row)}"`
  }
  if (table.flags[row] !== 0) json += `,"flags":${table.flags[row]}`
  json += textField(texts, 'name', table.name[row])
  if (table.kind[row] !== 0) json += `,"kind":${table.kind[row]}`
  json += `,"startTimeUnixNano":"${timeAt(table.startTime, row)}","endTimeUnixNano":"${timeAt(table.endTime, row)}"`
  json += attributesField(table, texts, table.attributes, row)
  json += dropped('Attributes', table.droppedAttributes[row])
  const events: string[] = []
  for (let i = rangeStart(table.eventEnd, row); i < table.eventEnd[row]; i++) {
    events.push(
      `{"timeUnixNano":"${timeAt(table.eventTime, i)}"${textField(texts, 'name', table.eventName[i])}` +
        `${attributesField(table, texts, table.eventAttributes, i)}${dropped('Attributes', table.eventDroppedAttributes[i])}}`,
    )
  }
  if (events.length > 0) json += `,"events":[${events.join(',')}]`
  json += dropped('Events', table.droppedEvents[row])
  const links: string[] = []
  for (let i = rangeStart(table.linkEnd, row); i < table.linkEnd[row]; i++) {
    let link = `{"traceId":"${formatTraceId(table.linkTraceId, i)}","spanId":"${formatSpanId(table.linkSpanId, i)}"`
    link += textField(texts, 'traceState', table.linkTraceState[i])
    link += attributesField(table, texts, table.linkAttributes, i)
    link += dropped('Attributes', table.linkDroppedAttributes[i])
    if (table.linkFlags[i] !== 0) link += `,"flags":${table.linkFlags[i]}`
    links.push(`${link}}`)
  }
  if (links.length > 0) json += `,"links":[${links.join(',')}]`
  json += dropped('Links', table.droppedLinks[row])
  const code = table.status[row] === 0 ? '' : `,"code":${table.status[row]}`
  return `${json},"status":${object(textField(texts, 'message', table.statusMessage[row]) + code)}}`
}

/** Fields, each with a comma before it, as an object. */
function object(fields: string): string {
  return `{${fields.slice(1)}}`
}

function textField(texts: Texts, name: string, id: number): string {
  return id === 0 ? '' : `,"${name}":${texts.quoted(id)}`
}

function dropped(what: string, count: number): string {
  return count === 0 ? '' : `,"dropped${what}Count":${count}`
}

function attributesField(table: SpanTable, texts: Texts, attributes: Attributes, owner: number): string {
  let json = ''
  attributes.forOwner(owner, (key, type, low, high) => {
    json += `${json === '' ? '' : ','}{"key":${texts.quoted(key)},"value":${columnValue(table, texts, type, low, high)}}`
  })
  return json === '' ? '' : `,"attributes":[${json}]`
}

function columnValue(table: SpanTable, texts: Texts, type: AttributeType, low: number, high: number): string {
  switch (type) {
    case ATTRIBUTE_STRING:
      return `{"stringValue":${texts.quoted(low)}}`
    case ATTRIBUTE_BOOL:
      return `{"boolValue":${low !== 0}}`
    case ATTRIBUTE_INT:
      return `{"intValue":"${intOf(low, high)}"}`
    case ATTRIBUTE_DOUBLE:
      return `{"doubleValue":${doubleJson(doubleOf(low, high))}}`
    case ATTRIBUTE_BYTES:
    case ATTRIBUTE_ARRAY:
    case ATTRIBUTE_MAP:
      return anyValueJson(decodeAnyValue(table.dictionary, type, low, high))
    default:
      return '{}'
  }
}

/** Calls itself as deep as values nest, which `decodeAnyValue` has already limited. */
function anyValueJson(value: AttributeValue): string {
  switch (value.type) {
    case 'empty':
      return '{}'
    case 'string':
      return `{"stringValue":${JSON.stringify(value.value)}}`
    case 'bool':
      return `{"boolValue":${value.value}}`
    case 'int':
      return `{"intValue":"${value.value}"}`
    case 'double':
      return `{"doubleValue":${doubleJson(value.value)}}`
    case 'bytes':
      return `{"bytesValue":"${base64(value.value)}"}`
    case 'array':
      return `{"arrayValue":{"values":[${value.values.map(anyValueJson).join(',')}]}}`
    case 'map':
      return `{"kvlistValue":{"values":[${value.entries.map(entryJson).join(',')}]}}`
  }
}

function entryJson({ key, value }: Attribute): string {
  return `{"key":${JSON.stringify(key)},"value":${anyValueJson(value)}}`
}

function doubleJson(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`
  return Object.is(value, -0) ? '-0' : String(value)
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function base64(bytes: Uint8Array): string {
  let text = ''
  let i = 0
  for (; i + 2 < bytes.length; i += 3) {
    const three = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2]
    text += BASE64[three >> 18] + BASE64[(three >> 12) & 63] + BASE64[(three >> 6) & 63] + BASE64[three & 63]
  }
  const rest = bytes.length - i
  if (rest === 1) text += `${BASE64[bytes[i] >> 2]}${BASE64[(bytes[i] & 3) << 4]}==`
  if (rest === 2) {
    const two = (bytes[i] << 8) | bytes[i + 1]
    text += `${BASE64[two >> 10]}${BASE64[(two >> 4) & 63]}${BASE64[(two & 15) << 2]}=`
  }
  return text
}
