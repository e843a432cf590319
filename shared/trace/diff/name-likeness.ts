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
  const looked = name.slice(0, MOST)
  // A loop of calls with names of their own is 100,000 names: expressions of Unicode take ten times as long.
  const words: string[] = []
  if (!addAsciiParts(looked, words)) {
    words.length = 0
    for (const [word] of looked.matchAll(/[\p{L}\p{N}]+/gu)) words.push(...parts(word))
  }
  const distinct = words.length < 2 ? words : [...new Set(words)]
  return { words: distinct, text: distinct.join(' ') }
}

const NEITHER = 0
const DIGIT = 1
const LOWER = 2
const UPPER = 3

function classOf(code: number): number {
  if (code >= 0x61 && code <= 0x7a) return LOWER
  if (code >= 0x30 && code <= 0x39) return DIGIT
  return code >= 0x41 && code <= 0x5a ? UPPER : NEITHER
}

/** What `parts` makes of the words of a name of ASCII alone; false, and `words` in any state, for another name. */
function addAsciiParts(name: string, words: string[]): boolean {
  for (let at = 0; at < name.length;) {
    const begin = at
    let hex = true
    let digits = false
    for (; at < name.length; at++) {
      const code = name.charCodeAt(at)
      if (code > 0x7f) return false
      const kind = classOf(code)
      if (kind === NEITHER) break
      if (kind === DIGIT) digits = true
      else if ((code | 0x20) > 0x66) hex = false
    }
    if (at === begin) at++
    else if (hex && digits && at - begin >= 8) words.push('#')
    else addCased(name, begin, at, words)
  }
  return true
}

/** Numbers, words in capitals, and words that may begin with one, of `name` from `begin` to `end`. */
function addCased(name: string, begin: number, end: number, words: string[]): void {
  for (let at = begin; at < end;) {
    const from = at
    const kind = classOf(name.charCodeAt(at))
    while (at < end && classOf(name.charCodeAt(at)) === kind) at++
    if (kind === DIGIT) {
      words.push('#')
      continue
    }
    if (kind === UPPER && at < end && classOf(name.charCodeAt(at)) === LOWER) {
      // The last capital begins the next word.
      if (at - from > 1) words.push(name.slice(from, at - 1).toLowerCase())
      const next = at - 1
      while (at < end && classOf(name.charCodeAt(at)) === LOWER) at++
      words.push(name.slice(next, at).toLowerCase())
    } else words.push(kind === UPPER ? name.slice(from, at).toLowerCase() : name.slice(from, at))
  }
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
