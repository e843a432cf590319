/**
 * A condition prepared for one block: which pairs, resources and states hold it, and which columns have to be looked at with which codes.
 * Dictionaries and Bloom filters are asked once here; a value that a block does not have ends it.
 */
import { decodeAnyValue } from '#shared/spans/any-value.ts'
import {
  ATTRIBUTE_BOOL,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_EMPTY,
  ATTRIBUTE_INT,
  ATTRIBUTE_STRING,
  type AttributeType,
  doubleOf,
} from '#shared/spans/attribute-value.ts'
import { encodeText, hashBytes } from '#shared/spans/dictionary.ts'
import { SPAN_KINDS, STATUS_CODES } from '#shared/spans/span-table.ts'
import { SPAN_WORDS, wordEquals, wordExists } from '#shared/query/evaluate.ts'
import { boundOf } from '#shared/query/evaluate-order.ts'
import { literalText, textTest, typedTest, type ValueTest } from '#shared/query/evaluate-value.ts'
import type { AttributeField, AttributeScope, CompareOperator, Condition } from '#shared/query/tree.ts'
import { byteStrings, type ByteStrings } from './block-group.ts'
import {
  BLOCK_PAGES,
  columnPage,
  MOST_COLUMNS,
  OVERFLOW_COLUMN,
  OWNER_KINDS,
  type OwnerKind,
  ROLE_ATTRIBUTE,
  ROLE_STATUS_MESSAGE,
  STORE_BOOL,
  STORE_TEXT_CODES,
  STORE_TEXT_PLAIN,
  STORE_WORD_CODES,
} from './block-format.ts'
import type { BlockReader } from './block-reader.ts'
import type { BlockTexts, Catalogue, FlatAttributes } from './catalogue.ts'
import { bloomMayHold } from './pages/bloom.ts'

/** Owners that have the column; with `codes` or `value` only those whose value passes. */
export interface ColumnTest {
  readonly owner: OwnerKind
  readonly column: number
  /** By code (or boolean): 1 passes. */
  readonly codes?: Uint8Array
  /** The one code that passes, when it is only one. */
  readonly code?: number
  /** For values that stand in the groups. */
  readonly value?: ValueTest
  /** UTF-8 of `value.text`. */
  readonly text?: Uint8Array
  /** In the overflow: the key, as a text number. */
  readonly key?: number
}

/** One operand of an `and`: a row passes when any part says so. */
export interface Operand {
  /** By pair, resource and status number: 1 passes. */
  readonly pairs?: Uint8Array
  readonly resources?: Uint8Array
  readonly statuses?: Uint8Array
  readonly columns: readonly ColumnTest[]
  readonly compare?: {
    readonly field: 'duration' | 'startTime'
    readonly operator: CompareOperator
    readonly bound: number | bigint
  }
}

/** Undefined when no row of the block can hold the condition. */
export function planBlock(reader: BlockReader, where: Condition): readonly Operand[] | undefined {
  const operands: Operand[] = []
  const catalogue = reader.catalogue()
  const planner = new Planner(reader, catalogue)
  for (const part of flat(where)) {
    const operand = planner.operand(part)
    if (operand === undefined) return undefined
    operands.push(operand)
  }
  return narrow(operands)
}

function flat(where: Condition): Condition[] {
  if (where.node === 'true') return []
  return where.node === 'and' ? where.operands.flatMap(flat) : [where]
}

/** One mask of pairs for all operands that are nothing else; undefined when it is empty. */
function narrow(operands: readonly Operand[]): readonly Operand[] | undefined {
  let pairs: Uint8Array | undefined
  const rest: Operand[] = []
  for (const operand of operands) {
    const only = operand.pairs !== undefined && operand.columns.length === 0
    if (!only || operand.resources !== undefined || operand.statuses !== undefined || operand.compare !== undefined) {
      rest.push(operand)
    } else if (pairs === undefined) pairs = operand.pairs?.slice()
    else for (let i = 0; i < pairs.length; i++) pairs[i] &= operand.pairs?.[i] ?? 0
  }
  if (pairs === undefined) return rest
  return pairs.includes(1) ? [{ pairs, columns: [] }, ...rest] : undefined
}

class Planner {
  readonly #reader: BlockReader
  readonly #catalogue: Catalogue
  readonly #texts: BlockTexts

  constructor(reader: BlockReader, catalogue: Catalogue) {
    this.#reader = reader
    this.#catalogue = catalogue
    this.#texts = catalogue.texts
  }

  operand(where: Condition): Operand | undefined {
    if (where.node === 'exists') return this.#attribute(where.field, undefined)
    if (where.node !== 'compare') throw new TypeError(`${where.node} can't be run on a block`)
    const { field, operator, value } = where
    if (field.kind === 'attribute') {
      return this.#attribute(field, field.scope === 'any' ? textTest(literalText(value)) : typedTest(value))
    }
    const word = typeof value.value === 'string' ? value.value : undefined
    switch (field.name) {
      case 'duration':
      case 'startTime': {
        const bound = boundOf(value)
        return bound === undefined ? undefined : { columns: [], compare: { field: field.name, operator, bound } }
      }
      case 'status': {
        const statuses = Uint8Array.from({ length: 256 }, (_, status) => Number(STATUS_CODES[status] === word))
        return word === undefined ? undefined : filled({ statuses, columns: [] })
      }
      case 'kind':
        return this.#pairs(pair => (SPAN_KINDS[this.#catalogue.pairs.kind[pair]] ?? 'unspecified') === word)
      case 'statusMessage':
        // The empty message stands in no column: rows without one have it.
        if (word === '') return this.#emptyMessage()
        return word === undefined ? undefined : this.#field(ROLE_STATUS_MESSAGE, textTest(word))
      case 'name': {
        const name = word === undefined ? -1 : findText(this.#texts, word)
        return name < 0 ? undefined : this.#pairs(pair => this.#catalogue.pairs.name[pair] === name)
      }
      case 'service': {
        const service = word === undefined ? -1 : findText(this.#texts, word)
        return service < 0 ? undefined : this.#pairs(pair => this.#catalogue.pairs.service[pair] === service)
      }
    }
  }

  #pairs(holds: (pair: number) => boolean): Operand | undefined {
    const pairs = Uint8Array.from({ length: this.#catalogue.pairs.count }, (_, pair) => Number(holds(pair)))
    return pairs.includes(1) ? { pairs, columns: [] } : undefined
  }

  #field(role: number, test: ValueTest): Operand | undefined {
    const columns: ColumnTest[] = []
    this.#catalogue.owners.rows.columns.forEach((column, number) => {
      if (column.role === role) columns.push(...this.#column('rows', number, test))
    })
    return columns.length === 0 ? undefined : { columns }
  }

  #emptyMessage(): Operand | undefined {
    const { columns, lists } = this.#catalogue.owners.rows
    const column = columns.findIndex(({ role }) => role === ROLE_STATUS_MESSAGE)
    // Lists that are spelled out row by row: the column is looked at (`absent` below).
    const pairs = this.#catalogue.pairs.list
    const mask = Uint8Array.from(pairs, list => Number(list !== 0 && !lists[list].includes(column)))
    const generic = pairs.includes(0)
    if (!generic) return mask.includes(1) ? { pairs: mask, columns: [] } : undefined
    const spelled = Uint8Array.from(pairs, list => Number(list === 0))
    return { pairs: mask, columns: [{ owner: 'rows', column: -1 - Math.max(column, 0), codes: spelled }] }
  }

  /** `test` undefined: the key exists. */
  #attribute(field: AttributeField, test: ValueTest | undefined): Operand | undefined {
    const asks = (scope: AttributeScope): boolean => field.scope === scope || field.scope === 'any'
    const catalogue = this.#catalogue
    const key = findText(this.#texts, field.key)
    const columns: ColumnTest[] = []
    let resources: Uint8Array | undefined
    let scopes: Uint8Array | undefined
    if (key >= 0) {
      const scopeOf = { rows: 'span', events: 'event', links: 'link' } as const
      for (const owner of OWNER_KINDS) {
        if (!asks(scopeOf[owner])) continue
        catalogue.owners[owner].columns.forEach((column, number) => {
          const own = column.key === key && column.role === ROLE_ATTRIBUTE
          if (own && number !== OVERFLOW_COLUMN) columns.push(...this.#column(owner, number, test))
        })
        const full = catalogue.owners[owner].columns.length > MOST_COLUMNS
        if (full) columns.push({ owner, column: OVERFLOW_COLUMN, key, value: test, text: utf8(test) })
      }
      const holds = (attributes: FlatAttributes): number => Number(this.#flatHolds(attributes, key, test))
      if (asks('resource')) resources = Uint8Array.from(catalogue.resources, resource => holds(resource.attributes))
      if (asks('instrumentation')) scopes = Uint8Array.from(catalogue.scopes, scope => holds(scope.attributes))
    }
    const words = field.scope === 'any' && (SPAN_WORDS as readonly string[]).includes(field.key)
    return filled({
      columns,
      resources,
      statuses: words ? this.#wordStatuses(field.key, test) : undefined,
      pairs: this.#scopePairs(scopes, words ? field.key : undefined, test),
    })
  }

  #wordStatuses(key: string, test: ValueTest | undefined): Uint8Array {
    return Uint8Array.from({ length: 256 }, (_, status) => {
      const span = { status, kind: 0, scopeName: '', scopeVersion: '' }
      if (key !== 'error' && key !== 'otel.status_code') return 0
      return Number(test === undefined ? wordExists(key, span) : wordEquals(key, test.text ?? '', span))
    })
  }

  #scopePairs(
    scopes: Uint8Array | undefined,
    word: string | undefined,
    test: ValueTest | undefined,
  ): Uint8Array | undefined {
    const { pairs, scopes: all } = this.#catalogue
    const byPair = word === 'span.kind' || word === 'otel.scope.name' || word === 'otel.scope.version'
    if (scopes === undefined && !byPair) return undefined
    return Uint8Array.from({ length: pairs.count }, (_, pair) => {
      const scope = pairs.scope[pair]
      if (scopes?.[scope] === 1) return 1
      if (!byPair || word === undefined) return 0
      const { name, version } = all[scope]
      const names = { scopeName: this.#texts.text(name), scopeVersion: this.#texts.text(version) }
      const span = { status: 0, kind: pairs.kind[pair], ...names }
      return Number(test === undefined ? wordExists(word, span) : wordEquals(word, test.text ?? '', span))
    })
  }

  #flatHolds(attributes: FlatAttributes, key: number, test: ValueTest | undefined): boolean {
    for (let i = 0; i < attributes.length; i += 4) {
      if (attributes[i] !== key) continue
      if (test === undefined) return true
      const type = attributes[i + 1] as AttributeType
      if (wordsHold(test, type, attributes[i + 2], attributes[i + 3])) return true
      if (isBytes(type) && bytesHold(test, utf8(test), type, this.#texts.bytes(attributes[i + 2]))) return true
    }
    return false
  }

  /** Nothing when no value of the column can pass. */
  #column(owner: OwnerKind, number: number, test: ValueTest | undefined): ColumnTest[] {
    if (test === undefined) return [{ owner, column: number }]
    const { type, store, distinct } = this.#catalogue.owners[owner].columns[number]
    const page = (part: 0 | 1 | 2): number => columnPage(owner, number, part)
    const { pages } = this.#reader
    const text = utf8(test)
    if (type === ATTRIBUTE_EMPTY) return test.other({ type: 'empty' }) ? [{ owner, column: number }] : []
    if (store === STORE_BOOL) {
      if (test.bool === undefined) return []
      return [{ owner, column: number, codes: Uint8Array.of(Number(!test.bool), Number(test.bool)) }]
    }
    if (type === ATTRIBUTE_STRING) {
      if (text === undefined) return []
      const filter = pages.bytes(BLOCK_PAGES, page(2))
      const hash = hashBytes(text, new DataView(text.buffer, text.byteOffset, text.length), 0, text.length)
      if (filter.length > 0 && !bloomMayHold(filter, hash)) return []
    } else if (type === ATTRIBUTE_INT && test.int === undefined) return []
    if (store === STORE_TEXT_PLAIN) return [{ owner, column: number, value: test, text }]
    const codes = new Uint8Array(distinct)
    if (store === STORE_TEXT_CODES) {
      const strings = byteStrings(pages, BLOCK_PAGES, page(0))
      if (type === ATTRIBUTE_STRING) {
        const code = text === undefined ? -1 : findString(strings, text)
        return code < 0 ? [] : [{ owner, column: number, code }]
      }
      for (let code = 0; code < distinct; code++) {
        const bytes = strings.bytes.subarray(strings.starts[code], strings.starts[code + 1])
        codes[code] = Number(bytesHold(test, text, type, bytes))
      }
    } else if (store === STORE_WORD_CODES) {
      const low = pages.integers(BLOCK_PAGES, page(0))
      const high = pages.integers(BLOCK_PAGES, page(1))
      for (let code = 0; code < distinct; code++) codes[code] = Number(wordsHold(test, type, low[code], high[code]))
    } else return [{ owner, column: number, value: test, text }]
    const code = codes.indexOf(1)
    if (code < 0) return []
    return codes.includes(1, code + 1) ? [{ owner, column: number, codes }] : [{ owner, column: number, code }]
  }
}

/** Undefined when the operand can't pass anywhere. */
function filled(operand: Operand): Operand | undefined {
  const { pairs, resources, statuses, columns } = operand
  if (columns.length > 0 || statuses?.includes(1) === true) return operand
  return pairs?.includes(1) === true || resources?.includes(1) === true ? operand : undefined
}

function utf8(test: ValueTest | undefined): Uint8Array | undefined {
  return test?.text === undefined ? undefined : encodeText(test.text)
}

function isBytes(type: AttributeType): boolean {
  return type === ATTRIBUTE_STRING || type > ATTRIBUTE_DOUBLE
}

/** For integers, doubles, booleans and the empty value. */
export function wordsHold(test: ValueTest, type: AttributeType, low: number, high: number): boolean {
  switch (type) {
    case ATTRIBUTE_INT:
      return test.int !== undefined && test.int[0] === low && test.int[1] === high
    case ATTRIBUTE_DOUBLE:
      return test.double(doubleOf(low, high))
    case ATTRIBUTE_BOOL:
      return (low !== 0) === test.bool
    case ATTRIBUTE_EMPTY:
      return test.other({ type: 'empty' })
    default:
      return false
  }
}

/** For strings, bytes, arrays and maps. `text`: UTF-8 of the test's text. */
export function bytesHold(
  test: ValueTest,
  text: Uint8Array | undefined,
  type: AttributeType,
  bytes: Uint8Array,
): boolean {
  if (type === ATTRIBUTE_STRING) {
    return text !== undefined && text.length === bytes.length && text.every((byte, i) => byte === bytes[i])
  }
  const one = { size: 1, text: () => '', bytes: () => bytes, find: () => -1 }
  return test.other(decodeAnyValue(one, type, 0, 0))
}

/** The number of a text in the block, -1 when it has none such. */
export function findText(texts: BlockTexts, text: string): number {
  const wanted = encodeText(text)
  for (let number = 0; number < texts.size; number++) {
    const bytes = texts.bytes(number)
    if (bytes.length !== wanted.length) continue
    let k = 0
    while (k < wanted.length && bytes[k] === wanted[k]) k++
    if (k === wanted.length) return number
  }
  return -1
}

/** The index of a byte string, -1 when it is not there. */
export function findString(strings: ByteStrings, wanted: Uint8Array): number {
  const { starts, bytes } = strings
  const length = wanted.length
  for (let i = 0; i + 1 < starts.length; i++) {
    const from = starts[i]
    if (starts[i + 1] - from !== length) continue
    let k = 0
    while (k < length && bytes[from + k] === wanted[k]) k++
    if (k === length) return i
  }
  return -1
}
