/**
 * Runs a condition on the rows of a span table: the meaning of the tree, against which every store is tested, and what searches open tables.
 * Runs `and`, `=`, `exists`, and the comparisons of duration and start time; what it can't run is named by `unsupportedNode` before.
 *
 * `any.key = value` compares as text with every attribute of that key in span, resource, scope, events and links, and knows Jaeger's
 * words: `error` (true: the status is error; false: it is not), `span.kind`, `otel.status_code` (`OK`, `ERROR`), `otel.scope.name`,
 * `otel.scope.version`.
 */
import { decodeAnyValue } from '#shared/spans/any-value.ts'
import {
  ATTRIBUTE_BOOL,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_INT,
  ATTRIBUTE_STRING,
  type AttributeType,
  doubleOf,
} from '#shared/spans/attribute-value.ts'
import type { Attributes } from '#shared/spans/attributes.ts'
import { NO_SERVICE } from '#shared/spans/columns.ts'
import { rangeStart, SPAN_KINDS, type SpanTable, STATUS_CODES, STATUS_ERROR } from '#shared/spans/span-table.ts'
import { timeAt, timeDifference } from '#shared/spans/time.ts'
import { literalText, textTest, typedTest, type ValueTest } from './evaluate-value.ts'
import type {
  AttributeField,
  AttributeScope,
  CompareOperator,
  Condition,
  Field,
  IntrinsicField,
  Literal,
} from './tree.ts'

export type RowTest = (row: number) => boolean

/** The first part of a condition that can't be run, in words (`or`, `operator !=`, …); undefined when all of it can. */
export function unsupportedNode(where: Condition): string | undefined {
  switch (where.node) {
    case 'true':
    case 'exists':
      return undefined
    case 'and':
      for (const operand of where.operands) {
        const found = unsupportedNode(operand)
        if (found !== undefined) return found
      }
      return undefined
    case 'compare': {
      if (where.operator === '=') return undefined
      const ordered = isOrdered(where.field) && '< <= > >='.split(' ').includes(where.operator)
      return ordered ? undefined : `the operator ${where.operator} on ${fieldText(where.field)}`
    }
    default:
      return `the condition ${where.node}`
  }
}

function isOrdered(field: Field): boolean {
  return field.kind === 'intrinsic' && (field.name === 'duration' || field.name === 'startTime')
}

function fieldText(field: Field): string {
  return field.kind === 'intrinsic' ? field.name : `${field.scope}.${field.key}`
}

/** A bound of a duration or time as a number that compares exactly; undefined when the literal is none. */
export function boundOf(literal: Literal): number | bigint | undefined {
  return literal.type === 'int' || literal.type === 'duration' || literal.type === 'float' ? literal.value : undefined
}

export function compareNumbers(left: number | bigint, operator: CompareOperator, right: number | bigint): boolean {
  switch (operator) {
    case '=':
      // oxlint-disable-next-line eqeqeq -- a number and a bigint are equal by value only so
      return left == right
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    default:
      return left >= right
  }
}

/** What Jaeger's words mean for a span's own fields. */
export interface SpanWords {
  /** Index into STATUS_CODES and SPAN_KINDS. */
  readonly status: number
  readonly kind: number
  readonly scopeName: string
  readonly scopeVersion: string
}

/** True when `any.key = text` holds by one of Jaeger's words. */
export function wordEquals(key: string, text: string, span: SpanWords): boolean {
  switch (key) {
    case 'error':
      return text === 'true' ? span.status === STATUS_ERROR : text === 'false' && span.status !== STATUS_ERROR
    case 'span.kind':
      return (SPAN_KINDS[span.kind] ?? 'unspecified') === text
    case 'otel.status_code':
      return span.status > 0 && STATUS_CODES[span.status]?.toUpperCase() === text
    case 'otel.scope.name':
      return text !== '' && span.scopeName === text
    case 'otel.scope.version':
      return text !== '' && span.scopeVersion === text
    default:
      return false
  }
}

/** True when `any.key` exists by one of Jaeger's words. */
export function wordExists(key: string, span: SpanWords): boolean {
  switch (key) {
    case 'error':
      return span.status === STATUS_ERROR
    case 'span.kind':
      return span.kind > 0 && span.kind < SPAN_KINDS.length
    case 'otel.status_code':
      return span.status > 0 && span.status < STATUS_CODES.length
    case 'otel.scope.name':
      return span.scopeName !== ''
    case 'otel.scope.version':
      return span.scopeVersion !== ''
    default:
      return false
  }
}

/** Keys that `wordEquals` and `wordExists` know. */
export const SPAN_WORDS = ['error', 'span.kind', 'otel.status_code', 'otel.scope.name', 'otel.scope.version'] as const

/** A test for rows of this table; of what it holds now: texts that are entered later are not known to it. */
export function rowTest(where: Condition, table: SpanTable): RowTest {
  switch (where.node) {
    case 'true':
      return () => true
    case 'and': {
      const tests = where.operands.map(operand => rowTest(operand, table))
      return row => {
        for (const holds of tests) if (!holds(row)) return false
        return true
      }
    }
    case 'compare':
      if (where.field.kind === 'intrinsic') return intrinsicTest(table, where.field, where.operator, where.value)
      return attributeTest(table, where.field, valueTestOf(where), ALL_SCOPES)
    case 'exists':
      return attributeTest(table, where.field, undefined, ALL_SCOPES)
    default:
      throw new TypeError(`${unsupportedNode(where) ?? where.node} can't be run on a table`)
  }
}

function intrinsicTest(table: SpanTable, field: IntrinsicField, operator: CompareOperator, value: Literal): RowTest {
  const word = typeof value.value === 'string' ? value.value : undefined
  switch (field.name) {
    case 'duration': {
      const bound = boundOf(value)
      if (bound === undefined) return () => false
      return row => compareNumbers(timeDifference(table.endTime, row, table.startTime, row), operator, bound)
    }
    case 'startTime': {
      const bound = boundOf(value)
      return bound === undefined ? () => false : row => compareNumbers(timeAt(table.startTime, row), operator, bound)
    }
    case 'status':
      return row => STATUS_CODES[table.status[row]] === word && word !== undefined
    case 'kind':
      return row => (SPAN_KINDS[table.kind[row]] ?? 'unspecified') === word
    default: {
      const id = word === undefined ? -1 : table.dictionary.find(word)
      if (id < 0) return () => false
      if (field.name === 'name') return row => table.name[row] === id
      if (field.name === 'statusMessage') return row => table.statusMessage[row] === id
      return row => id !== NO_SERVICE && table.resourceService[table.resource[row]] === id
    }
  }
}

const ALL_SCOPES: readonly AttributeScope[] = ['span', 'resource', 'event', 'link', 'instrumentation']

/** What a value of the field must be; undefined for `exists`: anything. */
export function valueTestOf(where: Extract<Condition, { node: 'compare' | 'exists' }>): ValueTest | undefined {
  if (where.node === 'exists') return undefined
  return where.field.kind === 'attribute' && where.field.scope === 'any'
    ? textTest(literalText(where.value))
    : typedTest(where.value)
}

/** Tests values of one table's attributes. */
export function valueMatcher(
  table: SpanTable,
  test: ValueTest,
): (type: AttributeType, low: number, high: number) => boolean {
  const textId = test.text === undefined ? -1 : table.dictionary.find(test.text)
  return (type, low, high) => valueMatches(table, test, textId, type, low, high)
}

/**
 * A test of attributes and Jaeger's words, in those scopes of the field's that are in `within`. `test` undefined: the key exists.
 */
export function attributeTest(
  table: SpanTable,
  field: AttributeField,
  test: ValueTest | undefined,
  within: readonly AttributeScope[],
): RowTest {
  const any = field.scope === 'any'
  const key = table.dictionary.find(field.key)
  const tests: RowTest[] = []
  if (key >= 0) {
    const matches = test === undefined ? () => true : valueMatcher(table, test)
    const has = (attributes: Attributes, owner: number): boolean => {
      let found = false
      attributes.forOwner(owner, (k, type, low, high) => {
        if (k === key && !found) found = matches(type, low, high)
      })
      return found
    }
    const remembered = (column: Uint32Array, count: number, attributes: Attributes): RowTest => {
      /** 0 not asked yet, 1 yes, 2 no. */
      const known = new Uint8Array(count)
      return row => {
        const owner = column[row]
        if (owner >= count) return has(attributes, owner)
        if (known[owner] === 0) known[owner] = has(attributes, owner) ? 1 : 2
        return known[owner] === 1
      }
    }
    const owned = (end: Uint32Array, attributes: Attributes): RowTest => {
      return row => {
        for (let i = rangeStart(end, row); i < end[row]; i++) if (has(attributes, i)) return true
        return false
      }
    }
    const asks = (scope: AttributeScope): boolean => (any || field.scope === scope) && within.includes(scope)
    if (asks('span')) tests.push(row => has(table.attributes, row))
    if (asks('resource') && table.resourceCount > 0) {
      tests.push(remembered(table.resource, table.resourceCount, table.resourceAttributes))
    }
    if (asks('instrumentation') && table.scopeCount > 0) {
      tests.push(remembered(table.scope, table.scopeCount, table.scopeAttributes))
    }
    if (asks('event')) tests.push(owned(table.eventEnd, table.eventAttributes))
    if (asks('link')) tests.push(owned(table.linkEnd, table.linkAttributes))
  }
  if (any && (SPAN_WORDS as readonly string[]).includes(field.key)) {
    tests.push(row => {
      const words = wordsOf(table, row)
      return test === undefined ? wordExists(field.key, words) : wordEquals(field.key, test.text ?? '', words)
    })
  }
  return row => {
    for (const holds of tests) if (holds(row)) return true
    return false
  }
}

function wordsOf(table: SpanTable, row: number): SpanWords {
  const scope = table.scope[row]
  const known = scope < table.scopeCount
  return {
    status: table.status[row],
    kind: table.kind[row],
    scopeName: known ? table.dictionary.text(table.scopeName[scope]) : '',
    scopeVersion: known ? table.dictionary.text(table.scopeVersion[scope]) : '',
  }
}

function valueMatches(
  table: SpanTable,
  test: ValueTest,
  textId: number,
  type: AttributeType,
  low: number,
  high: number,
): boolean {
  switch (type) {
    case ATTRIBUTE_STRING:
      return low === textId
    case ATTRIBUTE_INT:
      return test.int !== undefined && test.int[0] === low && test.int[1] === high
    case ATTRIBUTE_DOUBLE:
      return test.double(doubleOf(low, high))
    case ATTRIBUTE_BOOL:
      return (low !== 0) === test.bool
    default:
      return test.other(decodeAnyValue(table.dictionary, type, low, high))
  }
}
