// What the word at the caret of the attributes field can become, and the text after an offer was taken. Pure.

import { logfmtTokens, quoteIfNeeded } from './logfmt.ts'

export type Completion =
  | { readonly kind: 'key'; readonly prefix: string; readonly from: number; readonly to: number }
  | {
      readonly kind: 'value'
      readonly key: string
      readonly prefix: string
      readonly from: number
      readonly to: number
    }

/** What is being written at `caret`: a key (an empty one between words), or the value of a key. */
export function completionAt(text: string, caret: number): Completion {
  for (const { start, end, key, valueStart } of logfmtTokens(text)) {
    if (caret < start) break
    if (caret > end) continue
    if (valueStart < 0 || caret < valueStart) {
      const to = valueStart < 0 ? end : valueStart - 1
      return { kind: 'key', prefix: unquoted(text.slice(start, caret)), from: start, to }
    }
    return { kind: 'value', key, prefix: unquoted(text.slice(valueStart, caret)), from: valueStart, to: end }
  }
  return { kind: 'key', prefix: '', from: caret, to: caret }
}

/** The text with `offer` in the place of the word; the caret stands where one goes on typing. */
export function takeOffer(
  text: string,
  completion: Completion,
  offer: string,
): { readonly text: string; readonly caret: number } {
  const before = text.slice(0, completion.from)
  const after = text.slice(completion.to)
  const word = quoteIfNeeded(offer)
  const next = completion.kind === 'key' ? '=' : ' '
  const inserted = after.startsWith(next) ? word : `${word}${next}`
  return {
    text: before + inserted + after,
    caret: before.length + word.length + 1,
  }
}

/** The pairs written beside the one at the caret, as text: what an offer narrows further. */
export function otherPairs(text: string, { from }: Completion): string {
  return logfmtTokens(text)
    .filter(({ start, end, valueStart }) => valueStart >= 0 && !(start <= from && from <= end))
    .map(({ start, end }) => text.slice(start, end))
    .join(' ')
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1).replaceAll(/\\(.)/gu, '$1') : text
}
