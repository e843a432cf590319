// A JSON text as a tree for reading: numbers keep the digits they were sent with, repeated keys are all there. Pure.

import type { AttributeValue } from '#shared/spans/attribute-value.ts'
import { valueText } from './attribute-text.ts'

export type JsonNode =
  | { readonly kind: 'object'; readonly entries: readonly JsonEntry[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly text: string }
  /** A number as it was written, `true`, `false`, `null`. */
  | { readonly kind: 'word'; readonly text: string }

export interface JsonEntry {
  readonly key: string
  readonly value: JsonNode
}

/** Longer texts stay texts: a tree of them would cost more than it tells. */
const MOST_LENGTH = 1024 * 1024
/** Deeper ones too; what OTLP nests is at most as deep. */
const MOST_DEPTH = 100

/** The tree of an object or array; undefined for any other text. */
export function parseJsonTree(text: string): JsonNode | undefined {
  if (text.length > MOST_LENGTH || !/^\s*[{[]/u.test(text)) return undefined
  try {
    // Says whether it is JSON; the tree is read on its own because this loses digits.
    JSON.parse(text)
  } catch {
    return undefined
  }
  const reader = new Reader(text)
  return reader.value(0)
}

/** Tokens of a text that is known to be JSON. */
class Reader {
  readonly #tokens: RegExpStringIterator<RegExpExecArray>
  #next: string

  constructor(text: string) {
    this.#tokens = text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/gu)
    this.#next = this.#read()
  }

  #read(): string {
    const { value } = this.#tokens.next()
    return value?.[0] ?? ''
  }

  #take(): string {
    const token = this.#next
    this.#next = this.#read()
    return token
  }

  /** Undefined: it is too deep. */
  value(depth: number): JsonNode | undefined {
    if (depth > MOST_DEPTH) return undefined
    const token = this.#take()
    if (token === '{' || token === '[') return this.#parts(token, depth)
    return token.startsWith('"') ? { kind: 'string', text: unquoted(token) } : { kind: 'word', text: token }
  }

  #parts(open: '{' | '[', depth: number): JsonNode | undefined {
    const entries: JsonEntry[] = []
    const items: JsonNode[] = []
    const close = open === '{' ? '}' : ']'
    while (this.#next !== close) {
      const key = open === '{' ? unquoted(this.#take()) : ''
      if (open === '{') this.#take()
      const value = this.value(depth + 1)
      if (value === undefined) return undefined
      if (open === '{') entries.push({ key, value })
      else items.push(value)
      if (this.#next === ',') this.#take()
    }
    this.#take()
    return open === '{' ? { kind: 'object', entries } : { kind: 'array', items }
  }
}

function unquoted(token: string): string {
  return JSON.parse(token) as string
}

/** An attribute that has parts, or a string that holds JSON; undefined for any other. */
export function treeOfValue(value: AttributeValue): JsonNode | undefined {
  if (value.type === 'string') return parseJsonTree(value.value)
  return value.type === 'array' || value.type === 'map' ? nodeOf(value) : undefined
}

/** Nesting is at most 100 deep (any-value.ts), so recursion is safe here. */
function nodeOf(value: AttributeValue): JsonNode {
  switch (value.type) {
    case 'array':
      return { kind: 'array', items: value.values.map(nodeOf) }
    case 'map':
      return { kind: 'object', entries: value.entries.map(one => ({ key: one.key, value: nodeOf(one.value) })) }
    case 'string':
    case 'bytes':
      return { kind: 'string', text: valueText(value) }
    case 'empty':
      return { kind: 'word', text: 'null' }
    default:
      return { kind: 'word', text: valueText(value) }
  }
}
