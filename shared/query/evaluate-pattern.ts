/**
 * Which attribute values a regular expression matches: texts, and of an array one element; under `any.` what any value reads as. A number is
 * no text.
 */
import { decodeAnyValue } from '#shared/spans/any-value.ts'
import {
  ATTRIBUTE_ARRAY,
  ATTRIBUTE_STRING,
  type AttributeType,
  type AttributeValue,
} from '#shared/spans/attribute-value.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { attributeText } from './evaluate-text.ts'
import type { TextTest } from './text-pattern.ts'

/** Asked once of each value. */
export function remembered<T>(ask: (value: T) => boolean): (value: T) => boolean {
  const known = new Map<T, boolean>()
  return value => {
    let holds = known.get(value)
    if (holds === undefined) known.set(value, (holds = ask(value)))
    return holds
  }
}

/** Tests values of one table's attributes. `ofText` knows texts by their ids; `byText`: under `any.`. */
export function patternMatcher(
  table: SpanTable,
  ofText: (id: number) => boolean,
  holds: TextTest,
  byText: boolean,
): (type: AttributeType, low: number, high: number) => boolean {
  const valueHolds = (value: AttributeValue): boolean =>
    ((byText || value.type === 'string') && holds(attributeText(value))) ||
    (value.type === 'array' && value.values.some(valueHolds))
  return (type, low, high) => {
    if (type === ATTRIBUTE_STRING) return ofText(low)
    if (!byText && type !== ATTRIBUTE_ARRAY) return false
    return valueHolds(decodeAnyValue(table.dictionary, type, low, high))
  }
}
