/** What was typed into *Find*: words, phrases in quotes and key=value, any of which may match. */

export type FindTerm =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'pair'; readonly key: string; readonly value: string }

/** More terms than this are not read: each costs a pass. */
const MOST_TERMS = 32

/**
 * Terms of a text, lower case, in order. A quote (`"`) begins a phrase, alone or as the value of a pair; `\"` and `\\`
 * stand for themselves within; an open quote ends with the text. `=` without a key in front is text.
 */
export function parseFindTerms(input: string): FindTerm[] {
  const terms: FindTerm[] = []
  const pattern = /(?:([^\s"=]+)=)?"((?:[^"\\]|\\.)*)"?|([^\s"]+)/gu
  for (const [, key, phrase, word] of input.toLowerCase().matchAll(pattern)) {
    if (terms.length === MOST_TERMS) break
    if (word !== undefined) {
      const at = word.indexOf('=')
      if (at > 0 && at < word.length - 1) {
        terms.push({ kind: 'pair', key: word.slice(0, at), value: word.slice(at + 1) })
      } else terms.push({ kind: 'text', text: word })
      continue
    }
    const text = phrase.replace(/\\(["\\])/gu, '$1')
    if (key !== undefined) terms.push({ kind: 'pair', key, value: text })
    else if (text !== '') terms.push({ kind: 'text', text })
  }
  return terms
}

/** A pair as *Find* reads it back: quoted where the value has a blank or a quote. */
export function formatFindPair(key: string, value: string): string {
  return /[\s"]|^$/u.test(value) ? `${key}="${value.replace(/(["\\])/gu, '\\$1')}"` : `${key}=${value}`
}
