/**
 * Jaeger's tags of every shape -> attributes, and what some of them mean (WIRE.md 7.3): lists of typed values as the API
 * has them, and objects of plain values as Elasticsearch has them.
 */
import type { AttributeValue } from '#shared/spans/attribute-value.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { wholeNumber } from '#shared/formats/whole-number.ts'
import { decodeBase64Text } from './file-ids.ts'
import { isArray, isObject, type Json, jsonText, type JsonObject, seen, text } from './plain-json.ts'

export interface Tag {
  readonly key: string
  readonly value: AttributeValue
}

/** The tags of a span, log or process: its `tags`, then Elasticsearch's `tag` with `@` for a dot in its keys. */
export function readTags(owner: JsonObject, path: string, list = owner.tags): Tag[] {
  const tags = readList(list, `${path}.${list === owner.tags ? 'tags' : 'fields'}`)
  if (!isObject(owner.tag)) return tags
  return [
    ...tags,
    ...Object.entries(owner.tag).map(([key, value]) => ({ key: key.replaceAll('@', '.'), value: plainValue(value) })),
  ]
}

function readList(list: Json | undefined, path: string): Tag[] {
  if (list === undefined || list === null) return []
  if (!isArray(list)) throw new DecodeError(`${seen(list)}; expected a list of tags`, path)
  return list.map((tag, i) => {
    if (!isObject(tag)) throw new DecodeError(`${seen(tag)}; expected a tag`, `${path}[${i}]`)
    return { key: text(tag.key), value: tagValue(tag, `${path}[${i}]`) }
  })
}

function tagValue(tag: JsonObject, path: string): AttributeValue {
  const { value } = tag
  const type = typeof tag.type === 'string' ? tag.type.toLowerCase() : undefined
  const wrong = (expected: string) => new DecodeError(`${seen(value)}; expected ${expected}`, `${path}.value`)
  switch (type) {
    case 'bool':
      if (typeof value === 'boolean') return { type: 'bool', value }
      if (value === 'true' || value === 'false') return { type: 'bool', value: value === 'true' }
      throw wrong('true or false')
    case 'int64':
    case 'long': {
      const int = wholeNumber(text(value))
      if (int === undefined) throw wrong('a whole number')
      if (BigInt.asIntN(64, int) !== int) throw wrong('a number of 64 bits')
      return { type: 'int', value: int }
    }
    case 'float64':
    case 'double': {
      const double = typeof value === 'number' ? value : typeof value === 'string' ? textDouble(value) : undefined
      if (double === undefined) throw wrong('a number')
      return { type: 'double', value: double }
    }
    case 'binary': {
      const bytes = typeof value === 'string' ? decodeBase64Text(value) : undefined
      // Elasticsearch documents hold hex, other tools plain text: shown as it is.
      return bytes === undefined ? { type: 'string', value: text(value) } : { type: 'bytes', value: bytes }
    }
    case 'string':
      return { type: 'string', value: typeof value === 'string' ? value : seen(value) }
    default:
      return plainValue(value)
  }
}

function textDouble(value: string): number | undefined {
  if (value === 'NaN') return Number.NaN
  const infinite = /^([+-]?)inf(inity)?$/i.exec(value)
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity
  return value.trim() === '' || Number.isNaN(Number(value)) ? undefined : Number(value)
}

/** A value without a type that is known: what JSON says it is. */
function plainValue(value: Json | undefined): AttributeValue {
  if (typeof value === 'string') return { type: 'string', value }
  if (typeof value === 'boolean') return { type: 'bool', value }
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { type: 'int', value: BigInt(value) } : { type: 'double', value }
  }
  return value === undefined || value === null ? { type: 'empty' } : { type: 'string', value: jsonText(value) }
}

export function takeScope(tags: readonly Tag[]): { name: string; version: string; rest: readonly Tag[] } {
  let name = ''
  let version = ''
  const rest = tags.filter(({ key, value }) => {
    if (value.type !== 'string') return true
    if (key === 'otel.scope.name' || key === 'otel.library.name') name ||= value.value
    else if (key === 'otel.scope.version' || key === 'otel.library.version') version ||= value.value
    else return true
    return false
  })
  return { name, version, rest }
}

export interface TagStatus {
  readonly code: number
  readonly message: string
  /** Tags that the status holds and that are attributes no longer. */
  readonly used: ReadonlySet<Tag>
}

/** WIRE.md 7.3: `error` = true wins, then `otel.status_code`; an `error` that is text is not a status. */
export function statusOf(tags: readonly Tag[]): TagStatus {
  const used = new Set<Tag>()
  const find = (key: string) => tags.find(tag => tag.key === key)
  // One that is text may stand beside it.
  const error = tags.find(({ key, value }) => key === 'error' && value.type === 'bool' && value.value)
  const failed = error !== undefined
  if (failed) used.add(error)
  const codeTag = find('otel.status_code')
  const code = codeTag?.value.type === 'string' ? codeTag.value.value.toUpperCase() : ''
  if (codeTag !== undefined && (code === 'OK' || code === 'ERROR' || code === 'UNSET')) used.add(codeTag)
  const result = failed || code === 'ERROR' ? 2 : code === 'OK' ? 1 : 0
  const description = find('otel.status_description')
  if (description?.value.type === 'string') {
    used.add(description)
    return { code: result, message: description.value.value, used }
  }
  const http = result === 2 ? find('http.status_message') : undefined
  return { code: result, message: http?.value.type === 'string' ? http.value.value : '', used }
}
