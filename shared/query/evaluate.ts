/**
 * Runs a condition on the rows of a span table: the meaning of the tree, against which every store is tested, what searches open tables,
 * and the filter of a trace that is open. Regular expressions are run by who brings `TextPatterns`; a store runs less
 * (`unsupportedNode`) and says so before.
 *
 * A key that is not there makes every comparison false; `!=` says that it is there, with no value that is equal, `!~` with none that matches.
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
import {
  type Numbers,
  rangeStart,
  SPAN_KINDS,
  type SpanTable,
  STATUS_CODES,
  STATUS_ERROR,
} from '#shared/spans/span-table.ts'
import { timeAt, timeDifference } from '#shared/spans/time.ts'
import { boundOf, compareNumbers, orderMatcher, textStands } from './evaluate-order.ts'
import { unsupportedOnRows } from './unsupported.ts'
import { literalText, textTest, typedTest, type ValueTest } from './evaluate-value.ts'
import { patternMatcher, remembered } from './evaluate-pattern.ts'
import type { TextPatterns, TextTest } from './text-pattern.ts'
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

/** What Jaeger's words mean for a span's own fields. */
export interface SpanWords {
  /** Index into STATUS_CODES and SPAN_KINDS. */
  readonly status: number
  readonly kind: number
  readonly scopeName: string
  readonly scopeVersion: string
}

/** What one of Jaeger's words says of a span as `any.` compares it; undefined where it says nothing. */
function wordText(key: string, span: SpanWords): string | undefined {
  switch (key) {
    case 'error':
      return String(span.status === STATUS_ERROR)
    case 'span.kind':
      return SPAN_KINDS[span.kind] ?? 'unspecified'
    case 'otel.status_code':
      return span.status > 0 ? STATUS_CODES[span.status]?.toUpperCase() : undefined
    case 'otel.scope.name':
      return span.scopeName === '' ? undefined : span.scopeName
    case 'otel.scope.version':
      return span.scopeVersion === '' ? undefined : span.scopeVersion
    default:
      return undefined
  }
}

/** True when `any.key = text` holds by one of Jaeger's words. */
export function wordEquals(key: string, text: string, span: SpanWords): boolean {
  return wordText(key, span) === text
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

/**
 * A test for rows of this table; of what it holds now: texts that are entered later are not known to it. Throws TypeError for what can't
 * be run.
 */
export function rowTest(where: Condition, table: SpanTable, patterns?: TextPatterns): RowTest {
  switch (where.node) {
    case 'true':
      return () => true
    case 'and': {
      const tests = where.operands.map(operand => rowTest(operand, table, patterns))
      return row => {
        for (const holds of tests) if (!holds(row)) return false
        return true
      }
    }
    case 'or': {
      const tests = where.operands.map(operand => rowTest(operand, table, patterns))
      return row => {
        for (const holds of tests) if (holds(row)) return true
        return false
      }
    }
    case 'not': {
      const holds = rowTest(where.operand, table, patterns)
      return row => !holds(row)
    }
    case 'compare': {
      const { field, operator, value } = where
      const unsupported = unsupportedOnRows(where)
      if (unsupported !== undefined) throw new TypeError(`${unsupported} can't be run on a table`)
      if (operator === '=~' || operator === '!~') {
        if (patterns === undefined) throw new TypeError('nobody is at hand to match regular expressions')
        return patternTest(table, field, operator === '=~', patterns(literalText(value)))
      }
      if (field.kind === 'intrinsic') return intrinsicTest(table, field, operator, value)
      if (operator === '=') return attributeTest(table, field, valueTestOf(where), ALL_SCOPES)
      if (operator === '!=') {
        return differing(table, field, attributeTest(table, field, valueTestOf(where), ALL_SCOPES))
      }
      return keyTest(
        table,
        field.scope,
        field.key,
        orderMatcher(table, operator, value, field.scope === 'any'),
        ALL_SCOPES,
      )
    }
    case 'exists':
      return attributeTest(table, where.field, undefined, ALL_SCOPES)
  }
}

/** Words that every span has a value of. */
const ALWAYS_THERE: readonly string[] = ['error', 'span.kind']

/** The field is there and `equals` does not hold. */
function differing(table: SpanTable, field: AttributeField, equals: RowTest): RowTest {
  if (field.scope === 'any' && ALWAYS_THERE.includes(field.key)) return row => !equals(row)
  const exists = attributeTest(table, field, undefined, ALL_SCOPES)
  return row => exists(row) && !equals(row)
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
    case 'status': {
      const isEqual = operator === '='
      return row => word !== undefined && (STATUS_CODES[table.status[row]] === word) === isEqual
    }
    case 'kind': {
      const isEqual = operator === '='
      return row => word !== undefined && ((SPAN_KINDS[table.kind[row]] ?? 'unspecified') === word) === isEqual
    }
    default:
      return fieldTextTest(table, field, word === undefined ? () => false : textIdTest(table, operator, word))
  }
}

/** A test of the text that a span has in a field: its name, its status message, its service. */
function fieldTextTest(table: SpanTable, field: IntrinsicField, holds: (id: number) => boolean): RowTest {
  if (field.name === 'name') return row => holds(table.name[row])
  if (field.name === 'statusMessage') return row => holds(table.statusMessage[row])
  return row => {
    const id = table.resourceService[table.resource[row]]
    return id !== NO_SERVICE && holds(id)
  }
}

/** `matches` false: it is there, and does not match. */
function patternTest(table: SpanTable, field: Field, matches: boolean, holds: TextTest): RowTest {
  const ofText = remembered((id: number) => holds(table.dictionary.text(id)))
  if (field.kind === 'intrinsic') return fieldTextTest(table, field, id => ofText(id) === matches)
  const isAny = field.scope === 'any'
  const ofValue = patternMatcher(table, ofText, holds, isAny)
  const some = keyTest(table, field.scope, field.key, ofValue, ALL_SCOPES)
  const isWord = isAny && (SPAN_WORDS as readonly string[]).includes(field.key)
  const word = remembered(holds)
  const any: RowTest = !isWord
    ? some
    : row => {
        const text = wordText(field.key, wordsOf(table, row))
        return (text !== undefined && word(text)) || some(row)
      }
  return matches ? any : differing(table, field, any)
}

/** Tests texts by their ids. */
function textIdTest(table: SpanTable, operator: CompareOperator, word: string): (id: number) => boolean {
  const same = table.dictionary.find(word)
  if (operator === '=') return id => id === same
  if (operator === '!=') return id => id !== same
  return remembered((id: number) => textStands(table.dictionary.text(id), operator, word))
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
  const matches = test === undefined ? () => true : valueMatcher(table, test)
  const attributes = keyTest(table, field.scope, field.key, matches, within)
  if (field.scope !== 'any' || !(SPAN_WORDS as readonly string[]).includes(field.key)) return attributes
  return row => {
    if (attributes(row)) return true
    const words = wordsOf(table, row)
    return test === undefined ? wordExists(field.key, words) : wordEquals(field.key, test.text ?? '', words)
  }
}

/** A test of the attributes of one key, in those scopes of `asked` that are in `within`. */
function keyTest(
  table: SpanTable,
  asked: AttributeScope,
  name: string,
  matches: (type: AttributeType, low: number, high: number) => boolean,
  within: readonly AttributeScope[],
): RowTest {
  const key = table.dictionary.find(name)
  const tests: RowTest[] = []
  if (key >= 0) {
    const has = (attributes: Attributes, owner: number): boolean => {
      let found = false
      attributes.forOwner(owner, (k, type, low, high) => {
        if (k === key && !found) found = matches(type, low, high)
      })
      return found
    }
    const shared = (column: Numbers, count: number, attributes: Attributes): RowTest => {
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
    const asks = (scope: AttributeScope): boolean => (asked === 'any' || asked === scope) && within.includes(scope)
    if (asks('span')) tests.push(row => has(table.attributes, row))
    if (asks('resource') && table.resourceCount > 0) {
      tests.push(shared(table.resource, table.resourceCount, table.resourceAttributes))
    }
    if (asks('instrumentation') && table.scopeCount > 0) {
      tests.push(shared(table.scope, table.scopeCount, table.scopeAttributes))
    }
    if (asks('event')) tests.push(owned(table.eventEnd, table.eventAttributes))
    if (asks('link')) tests.push(owned(table.linkEnd, table.linkAttributes))
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
