/**
 * Regular expressions of `=~` and `!~`: RE2's syntax, matched in time linear in the text whatever the expression, against all of it (anchored at
 * both ends). `.` is any character but the end of a line.
 */
import { RE2JS } from 're2js'

export type TextTest = (text: string) => boolean

/** Makes what `rowTest` matches texts with. Who never asks for it does not load what it needs. */
export type TextPatterns = (expression: string) => TextTest

/** Longer ones are refused: what an expression is compiled to grows with it. */
const MOST_LENGTH = 1000

/** Undefined for what is no such expression (look-around, back references, more than 1,000 repetitions …). */
export function parsePattern(expression: string): TextTest | undefined {
  if (expression.length > MOST_LENGTH) return undefined
  try {
    const compiled = RE2JS.compile(expression)
    return text => compiled.testExact(text)
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('RE2JS')) return undefined
    throw error
  }
}

/** Throws TypeError for what `parsePattern` has no test of. */
export const textPatterns: TextPatterns = expression => {
  const test = parsePattern(expression)
  if (test === undefined) throw new TypeError(`no regular expression: ${expression}`)
  return test
}
