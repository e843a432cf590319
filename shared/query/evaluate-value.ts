/**
 * What an attribute value must be to equal a literal (QUERY.md 1). By type: a string equals a string, a number an integer or a double of
 * the same value, and an array when one of its elements does. Under `any.`: by text, whatever the type.
 */
import { type AttributeValue, intWords } from '#shared/spans/attribute-value.ts'
import { attributeText, doubleText } from './evaluate-text.ts'
import type { Literal } from './tree.ts'

export interface ValueTest {
  /** The text that a string must be; undefined: no string will do. */
  readonly text: string | undefined
  /** The words that an integer must have; undefined: none will do. */
  readonly int: readonly [low: number, high: number] | undefined
  readonly bool: boolean | undefined
  double(value: number): boolean
  /** Bytes, arrays, maps and the empty value. */
  other(value: AttributeValue): boolean
}

const LEAST_INT = -(2n ** 63n)
const MOST_INT = 2n ** 63n - 1n
const INTEGER = /^(0|-?[1-9][0-9]{0,18})$/

/** The literal as `any.` compares it: numbers without needless digits, durations in ns, words as they are. */
export function literalText(literal: Literal): string {
  return literal.type === 'float' ? doubleText(literal.value) : String(literal.value)
}

/** Equality by type. */
export function typedTest(literal: Literal): ValueTest {
  switch (literal.type) {
    case 'bool':
      return test({ bool: literal.value })
    case 'int':
    case 'duration': {
      const number = Number(literal.value)
      const exact = BigInt(number) === literal.value
      return test({ int: wordsOf(literal.value), double: value => exact && value === number })
    }
    case 'float': {
      const whole = Number.isInteger(literal.value) ? wordsOf(BigInt(literal.value)) : undefined
      return test({ int: whole, double: value => value === literal.value })
    }
    default:
      return test({ text: literal.value })
  }
}

/** Equality by text. */
export function textTest(text: string): ValueTest {
  const number = text === 'NaN' ? Number.NaN : Number(text)
  const canonical = doubleText(number) === text
  return {
    text,
    int: INTEGER.test(text) ? wordsOf(BigInt(text)) : undefined,
    bool: text === 'true' ? true : text === 'false' ? false : undefined,
    double: value => canonical && Object.is(value, number),
    other(value) {
      if (value.type === 'array' && value.values.some(element => attributeText(element) === text)) return true
      return attributeText(value) === text
    },
  }
}

function wordsOf(value: bigint): readonly [number, number] | undefined {
  return value < LEAST_INT || value > MOST_INT ? undefined : intWords(value)
}

function test(parts: {
  readonly text?: string
  readonly int?: readonly [number, number]
  readonly bool?: boolean
  readonly double?: (value: number) => boolean
}): ValueTest {
  const self: ValueTest = {
    text: parts.text,
    int: parts.int,
    bool: parts.bool,
    double: parts.double ?? (() => false),
    other: value => value.type === 'array' && value.values.some(element => elementEquals(self, element)),
  }
  return self
}

function elementEquals(self: ValueTest, value: AttributeValue): boolean {
  switch (value.type) {
    case 'string':
      return value.value === self.text
    case 'bool':
      return value.value === self.bool
    case 'int': {
      const [low, high] = intWords(value.value)
      return self.int !== undefined && self.int[0] === low && self.int[1] === high
    }
    case 'double':
      return self.double(value.value)
    default:
      return self.other(value)
  }
}
