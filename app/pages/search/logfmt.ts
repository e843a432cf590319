// Attributes as people write them in Jaeger's form: `http.status_code=504 error=true reason="no stock"`. One value a key,
// as in Jaeger's `tags` object; a bare word means true. Pure.

/** Key and value, in the order they were written. */
export type AttributePair = readonly [key: string, value: string]

/** What is wrong, and where: index into the text. */
export interface LogfmtProblem {
  readonly kind: 'unclosed-quote' | 'no-key' | 'repeated-key'
  readonly at: number
  /** The text that was seen there. */
  readonly seen: string
}

export type LogfmtResult =
  | { readonly kind: 'pairs'; readonly pairs: readonly AttributePair[] }
  | { readonly kind: 'problem'; readonly problem: LogfmtProblem }

/** One word of the text: where it stands and what it means. */
export interface LogfmtToken {
  readonly start: number
  readonly end: number
  readonly key: string
  /** `undefined` for a bare word. */
  readonly value: string | undefined
  /** Where the value begins (a quote included); -1 for a bare word. */
  readonly valueStart: number
  readonly closed: boolean
}

/** The words of the text in order. Never fails: a quote that is not closed runs to the end and says so. */
export function logfmtTokens(text: string): readonly LogfmtToken[] {
  const tokens: LogfmtToken[] = []
  let at = 0
  while (at < text.length) {
    if (isBlank(text, at)) {
      at++
      continue
    }
    const start = at
    const key = readPart(text, at, true)
    at = key.end
    if (text[at] === '=') {
      const valueStart = at + 1
      const value = readPart(text, valueStart, false)
      at = value.end
      tokens.push({
        start,
        end: at,
        key: key.text,
        value: value.text,
        valueStart,
        closed: key.closed && value.closed,
      })
    } else {
      tokens.push({ start, end: at, key: key.text, value: undefined, valueStart: -1, closed: key.closed })
    }
  }
  return tokens
}

/** The pairs of the text, or the first thing wrong with it. */
export function parseLogfmt(text: string): LogfmtResult {
  const pairs = new Map<string, string>()
  for (const { start, end, key, value = 'true', closed } of logfmtTokens(text)) {
    const seen = text.slice(start, end)
    const kind = !closed
      ? 'unclosed-quote'
      : key === ''
        ? 'no-key'
        : pairs.has(key) && pairs.get(key) !== value
          ? 'repeated-key'
          : undefined
    if (kind !== undefined) return { kind: 'problem', problem: { kind, at: start, seen } }
    pairs.set(key, value)
  }
  return { kind: 'pairs', pairs: [...pairs] }
}

/** Writes pairs so that `parseLogfmt` reads them back. */
export function formatLogfmt(pairs: readonly AttributePair[]): string {
  return pairs.map(([key, value]) => `${quoteIfNeeded(key)}=${value === '' ? '' : quoteIfNeeded(value)}`).join(' ')
}

/** A key or a value, in quotes where blanks, quotes or `=` ask for them. */
export function quoteIfNeeded(text: string): string {
  return text !== '' && !/[\s="\\]/u.test(text) ? text : `"${text.replaceAll(/["\\]/gu, '\\$&')}"`
}

function isBlank(text: string, at: number): boolean {
  return /\s/u.test(text[at])
}

/** A part in quotes (`\"` and `\\` stand for themselves), or up to the next blank, for a key also up to `=`. */
function readPart(text: string, from: number, isKey: boolean): { text: string; end: number; closed: boolean } {
  if (text[from] !== '"') {
    let end = from
    while (end < text.length && !isBlank(text, end) && !(isKey && text[end] === '=')) end++
    return { text: text.slice(from, end), end, closed: true }
  }
  let part = ''
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '"') return { text: part, end: at + 1, closed: true }
    if (text[at] === '\\' && at + 1 < text.length) at++
    part += text[at]
  }
  return { text: part, end: text.length, closed: false }
}
