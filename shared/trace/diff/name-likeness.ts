/** How alike two span names are, whatever ids and numbers stand in them. */

/** Characters of a name that are looked at: SQL in a name can be as long as it likes. */
const MOST = 300

/** The words of a name, each once, in the order they stand; `text` is all of them. */
export interface NameWords {
  readonly words: readonly string[]
  readonly text: string
}

/** In lower case; what looks like a number or an id is one and the same word. */
export function nameWords(name: string): NameWords {
  const words = new Set<string>()
  for (const [word] of name.slice(0, MOST).matchAll(/[\p{L}\p{N}]+/gu)) {
    for (const part of parts(word)) words.add(part)
  }
  return { words: [...words], text: [...words].join(' ') }
}

/** `fetchUserV2` → fetch, user, v, #; an id of hex digits → #. */
function parts(word: string): readonly string[] {
  if (/^[0-9a-f]{8,}$/iu.test(word) && /\d/u.test(word)) return ['#']
  return (word.match(/\p{N}+|\p{Lu}+(?!\p{Ll})|\p{Lu}?[^\p{Lu}\p{N}]+/gu) ?? [word]).map(part =>
    /^\p{N}+$/u.test(part) ? '#' : part.toLowerCase(),
  )
}

/** Words in common, twice, by all words of both: 0 … 1. Two names without words are alike. */
export function nameLikeness(a: NameWords, b: NameWords): number {
  if (a === b || a.text === b.text) return 1
  let same = 0
  for (const word of a.words) if (b.words.includes(word)) same++
  return (2 * same) / (a.words.length + b.words.length)
}
