/**
 * The keys of OTLP JSON by number, found in bytes without making strings. Two spellings of a key have one number and two
 * places: `scopeSpans`, its name before 2022, and snake_case, which protobuf's JSON never writes but files in the wild have.
 */
import { encodeText } from '#shared/spans/dictionary.ts'

export const KEY_RESOURCE_SPANS = 1
export const KEY_RESOURCE = 2
export const KEY_SCOPE_SPANS = 3
export const KEY_SCOPE = 4
export const KEY_SPANS = 5
export const KEY_SCHEMA_URL = 6
export const KEY_ATTRIBUTES = 7
export const KEY_DROPPED_ATTRIBUTES_COUNT = 8
export const KEY_NAME = 9
export const KEY_VERSION = 10
export const KEY_TRACE_ID = 11
export const KEY_SPAN_ID = 12
export const KEY_PARENT_SPAN_ID = 13
export const KEY_TRACE_STATE = 14
export const KEY_KIND = 15
export const KEY_START_TIME_UNIX_NANO = 16
export const KEY_END_TIME_UNIX_NANO = 17
export const KEY_EVENTS = 18
export const KEY_DROPPED_EVENTS_COUNT = 19
export const KEY_LINKS = 20
export const KEY_DROPPED_LINKS_COUNT = 21
export const KEY_STATUS = 22
export const KEY_FLAGS = 23
export const KEY_TIME_UNIX_NANO = 24
export const KEY_MESSAGE = 25
export const KEY_CODE = 26
export const KEY_KEY = 27
export const KEY_VALUE = 28
export const KEY_STRING_VALUE = 29
export const KEY_BOOL_VALUE = 30
export const KEY_INT_VALUE = 31
export const KEY_DOUBLE_VALUE = 32
export const KEY_ARRAY_VALUE = 33
export const KEY_KVLIST_VALUE = 34
export const KEY_BYTES_VALUE = 35
export const KEY_VALUES = 36
export const KEY_BATCHES = 90
export const KEY_TRACE = 91
export const KEY_RESULT = 92
export const KEY_ONEOF = 93

/** Accepted everywhere, in order of their numbers from 1. */
const NAMES = (
  'resourceSpans resource scopeSpans scope spans schemaUrl attributes droppedAttributesCount name version ' +
  'traceId spanId parentSpanId traceState kind startTimeUnixNano endTimeUnixNano events droppedEventsCount links ' +
  'droppedLinksCount status flags timeUnixNano message code key value stringValue boolValue intValue doubleValue ' +
  'arrayValue kvlistValue bytesValue values'
).split(' ')

const OLD_NAMES: readonly [string, number][] = [
  ['instrumentationLibrarySpans', KEY_SCOPE_SPANS],
  ['instrumentationLibrary', KEY_SCOPE],
]

/** Wrappers that query APIs put around a trace: Tempo's `batches` and `trace`, Jaeger's `result`. Files only. */
const WRAPPERS: readonly [string, number][] = [
  ['batches', KEY_BATCHES],
  ['trace', KEY_TRACE],
  ['result', KEY_RESULT],
]

/** What Go's own JSON makes of a value: `{"Value":{"StringValue":"x"}}`. Files only. */
const GO_NAMES: readonly [string, number][] = [
  ['Value', KEY_ONEOF],
  ['StringValue', KEY_STRING_VALUE],
  ['BoolValue', KEY_BOOL_VALUE],
  ['IntValue', KEY_INT_VALUE],
  ['DoubleValue', KEY_DOUBLE_VALUE],
  ['ArrayValue', KEY_ARRAY_VALUE],
  ['KvlistValue', KEY_KVLIST_VALUE],
  ['BytesValue', KEY_BYTES_VALUE],
]

const snakeCase = (name: string) => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

/** (spelling, number), those for files last. */
const COMMON = [...NAMES.map((name, i) => [name, i + 1] as const), ...OLD_NAMES]
const SPELLINGS = [
  ...COMMON,
  ...WRAPPERS,
  ...GO_NAMES,
  ...COMMON.filter(([name]) => snakeCase(name) !== name).map(([name, key]) => [snakeCase(name), key] as const),
]

/** Places up to this one are spellings that listeners accept; the rest are for files. Place 0 is no key. */
export const LAST_COMMON_PLACE = COMMON.length
export const PLACES = SPELLINGS.length + 1

/** The number of the key at a place. */
export const KEY_AT = Uint8Array.from([0, ...SPELLINGS.map(([, key]) => key)])

/** The bytes of each spelling, the closing quote included. */
const QUOTED = [new Uint8Array(0), ...SPELLINGS.map(([name]) => encodeText(`${name}"`))]
export const QUOTED_LENGTH = Uint8Array.from(QUOTED.map(bytes => bytes.length))

const MOST_KEY = 32
const SLOTS = 2048
const FLAT = new Uint8Array(PLACES * MOST_KEY)
QUOTED.forEach((bytes, place) => FLAT.set(bytes, place * MOST_KEY))

function slotOf(length: number, first: number, middle: number, last: number): number {
  return (
    (Math.imul(length, 0x9e3b) ^ Math.imul(first, 0x1f35) ^ Math.imul(middle, 0x7a1) ^ Math.imul(last, 0x3d)) &
    (SLOTS - 1)
  )
}

/** Slot -> place; a spelling whose slot is taken stands in the next free one. */
const PLACE_OF_SLOT = new Uint8Array(SLOTS)
QUOTED.forEach((bytes, place) => {
  if (place === 0) return
  const length = bytes.length - 1
  let slot = slotOf(length, bytes[0], bytes[length >> 1], bytes[length - 1])
  while (PLACE_OF_SLOT[slot] !== 0) slot = (slot + 1) & (SLOTS - 1)
  PLACE_OF_SLOT[slot] = place
})

/** True when the spelling at `place` with its closing quote stands at `at`. */
export function keyStandsAt(place: number, bytes: Uint8Array, at: number): boolean {
  let from = place * MOST_KEY
  for (const end = at + QUOTED_LENGTH[place]; at < end; at++, from++) if (bytes[at] !== FLAT[from]) return false
  return true
}

/** The place of the key of `length` bytes at `at`, after which its closing quote stands; 0 for an unknown one. */
export function placeOfKey(bytes: Uint8Array, at: number, length: number): number {
  if (length === 0 || length >= MOST_KEY) return 0
  let slot = slotOf(length, bytes[at], bytes[at + (length >> 1)], bytes[at + length - 1])
  let place: number
  while ((place = PLACE_OF_SLOT[slot]) !== 0) {
    if (QUOTED_LENGTH[place] === length + 1 && keyStandsAt(place, bytes, at)) return place
    slot = (slot + 1) & (SLOTS - 1)
  }
  return 0
}
