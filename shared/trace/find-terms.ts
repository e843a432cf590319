/** What was typed into *Find* or a filter: words, phrases in quotes, key=value, and comparisons of keys. */

export type FindTerm =
  /** `skippedKey`: of `-key`, which leaves attributes out of *Find* whose key has this in it. */
  | { readonly kind: 'text'; readonly text: string; readonly skippedKey?: string }
  | { readonly kind: 'pair'; readonly key: string; readonly value: string }
  /** All that `pair` does not find: those without the key too. */
  | { readonly kind: 'not'; readonly key: string; readonly value: string }
  /** `value`: a number as it is; a duration in nanoseconds. */
  | {
      readonly kind: 'compare'
      readonly key: string
      readonly operator: '>' | '>=' | '<' | '<='
      readonly value: number
    }

/** More terms than this are not read: as many services as a menu chooses from, and some. */
const MOST_TERMS = 200

const OPERATORS = ['!=', '>=', '<=', '=', '>', '<'] as const

const UNITS: ReadonlyMap<string | undefined, number> = new Map([
  [undefined, 1],
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
])

/**
 * Terms of a text, lower case, in order. A quote (`"`) begins a phrase, alone or as the value of a key; `\"` and `\\`
 * stand for themselves within; an open quote ends with the text. An operator without a key in front is text, and so is a
 * comparison with what is neither a number nor a duration of one unit (`10ms`).
 */
export function parseFindTerms(input: string): FindTerm[] {
  const terms: FindTerm[] = []
  const pattern = /(?:([^\s"=<>!]+)(!=|>=|<=|=|>|<))?"((?:[^"\\]|\\.)*)"?|([^\s"]+)/gu
  for (const [, key, operator, phrase, word] of input.toLowerCase().matchAll(pattern)) {
    if (terms.length === MOST_TERMS) break
    if (word !== undefined) {
      const [, wordKey, wordOperator, value] = /^([^=<>!]+)(!=|>=|<=|=|>|<)(.+)$/u.exec(word) ?? []
      terms.push(termOf(wordKey, wordOperator, value) ?? textOf(word))
      continue
    }
    const text = phrase.replace(/\\(["\\])/gu, '$1')
    const term = termOf(key, operator, text) ?? (text === '' ? undefined : ({ kind: 'text', text } as const))
    if (term !== undefined) terms.push(term)
  }
  return terms
}

/** A number below zero is no key. */
function textOf(word: string): FindTerm {
  const skippedKey = /^-(?![\d.])(.+)$/u.exec(word)?.[1]
  return { kind: 'text', text: word, ...(skippedKey === undefined ? {} : { skippedKey }) }
}

function termOf(key: string | undefined, operator: string | undefined, value: string): FindTerm | undefined {
  const known = OPERATORS.find(one => one === operator)
  if (key === undefined || known === undefined) return undefined
  if (known === '=') return { kind: 'pair', key, value }
  if (known === '!=') return { kind: 'not', key, value }
  const [, number, unit] = /^([-+]?(?:\d+\.?\d*|\.\d+))([a-zµ]+)?$/u.exec(value) ?? []
  const factor = UNITS.get(unit)
  return number === undefined || factor === undefined
    ? undefined
    : { kind: 'compare', key, operator: known, value: Number(number) * factor }
}

/** A pair as *Find* reads it back: quoted where the value has a blank or a quote. */
export function formatFindPair(key: string, value: string, operator: '=' | '!=' = '='): string {
  return /[\s"]|^$/u.test(value)
    ? `${key}${operator}"${value.replace(/(["\\])/gu, '\\$1')}"`
    : `${key}${operator}${value}`
}
