/**
 * What an attribute value must be to stand before or behind a literal (QUERY: `> >= < <=`). Numbers by value, exactly, whatever their
 * type; texts by code point; of an array one element will do. Anything else has no order, nor have a number and a text but under
 * `any.`, where a text that is a number counts as one.
 */
import { decodeAnyValue } from '#shared/spans/any-value.ts'
import {
  ATTRIBUTE_ARRAY,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_INT,
  ATTRIBUTE_STRING,
  type AttributeType,
  type AttributeValue,
  doubleOf,
  intOf,
} from '#shared/spans/attribute-value.ts'
import { compareText } from '#shared/spans/compare-text.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { remembered } from './evaluate-pattern.ts'
import type { CompareOperator, Literal } from './tree.ts'

/** A literal's number; undefined when it is none. */
export function boundOf(literal: Literal): number | bigint | undefined {
  return literal.type === 'int' || literal.type === 'duration' || literal.type === 'float' ? literal.value : undefined
}

export function compareNumbers(left: number | bigint, operator: CompareOperator, right: number | bigint): boolean {
  switch (operator) {
    case '=':
      // oxlint-disable-next-line eqeqeq -- a number and a bigint are equal by value only so
      return left == right
    case '!=':
      return !compareNumbers(left, '=', right)
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

/** Whether a text stands so to another. */
export function textStands(left: string, operator: CompareOperator, right: string): boolean {
  return compareNumbers(compareText(left, right), operator, 0)
}

/** Tests values of one table's attributes. `byText`: under `any.`. */
export function orderMatcher(
  table: SpanTable,
  operator: CompareOperator,
  literal: Literal,
  byText: boolean,
): (type: AttributeType, low: number, high: number) => boolean {
  const bound = boundOf(literal)
  const text = literal.type === 'string' ? literal.value : undefined
  const textHolds = (value: string): boolean => {
    if (text !== undefined) return textStands(value, operator, text)
    if (!byText || bound === undefined || value.trim() === '') return false
    const number = Number(value)
    return !Number.isNaN(number) && compareNumbers(number, operator, bound)
  }
  const valueHolds = (value: AttributeValue): boolean => {
    switch (value.type) {
      case 'string':
        return textHolds(value.value)
      case 'int':
      case 'double':
        return bound !== undefined && compareNumbers(value.value, operator, bound)
      case 'array':
        return value.values.some(valueHolds)
      default:
        return false
    }
  }
  const ofText = remembered((id: number) => textHolds(table.dictionary.text(id)))
  return (type, low, high) => {
    switch (type) {
      case ATTRIBUTE_STRING:
        return ofText(low)
      case ATTRIBUTE_INT:
        return bound !== undefined && compareNumbers(high === 0 ? low : intOf(low, high), operator, bound)
      case ATTRIBUTE_DOUBLE:
        return bound !== undefined && compareNumbers(doubleOf(low, high), operator, bound)
      case ATTRIBUTE_ARRAY:
        return valueHolds(decodeAnyValue(table.dictionary, type, low, high))
      default:
        return false
    }
  }
}
