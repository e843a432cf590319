// Fuzzy finding among command titles, in the language in force and in English.

import UFuzzy from '@leeoniya/ufuzzy'

export interface Findable {
  readonly id: string
  readonly text: string
  /** Another text that also finds it: the English title. */
  readonly alternative?: string
}

/** A stretch of text and whether it is what was typed. */
export interface FoundText {
  readonly text: string
  readonly found: boolean
}

export interface Found {
  readonly id: string
  /** `text` in stretches; one that is not found when the alternative matched or nothing was typed. */
  readonly parts: readonly FoundText[]
}

/** Letters of all scripts (uFuzzy's own default knows Latin only), terms in any order. */
const finder = new UFuzzy({
  unicode: true,
  interSplit: "[^\\p{L}\\d']+",
  intraSplit: '\\p{Ll}\\p{Lu}',
  intraBound: '\\p{L}\\d|\\d\\p{L}|\\p{Ll}\\p{Lu}',
  intraChars: "[\\p{L}\\d']",
  intraContr: "'\\p{L}{1,2}\\b",
  intraIns: 1,
})
/** How many terms may stand in another order than typed. */
const OUT_OF_ORDER = 3

/** Those that match `typed`, best first; all, in their order, when nothing is typed. */
export function findCommands(items: readonly Findable[], typed: string): readonly Found[] {
  const plain = ({ id, text }: Findable): Found => ({ id, parts: [{ text, found: false }] })
  const needle = typed.trim()
  if (needle === '') return items.map(plain)
  // In Chinese a term may start within a word: plain containment finds what word bounds would not.
  if (/\p{Script=Han}/u.test(needle)) {
    return items.flatMap(item => {
      const at = item.text.indexOf(needle)
      return at < 0 ? [] : [{ id: item.id, parts: stretches(item.text, [at, at + needle.length]) }]
    })
  }
  const byText = search(
    items.map(item => item.text),
    needle,
  )
  const found: Found[] = byText.map(({ index, ranges }) => ({
    id: items[index].id,
    parts: stretches(items[index].text, ranges),
  }))
  const seen = new Set(found.map(({ id }) => id))
  const byAlternative = search(
    items.map(item => item.alternative ?? ''),
    needle,
  )
  for (const { index } of byAlternative) {
    if (!seen.has(items[index].id)) found.push(plain(items[index]))
  }
  return found
}

function search(
  haystack: string[],
  needle: string,
): readonly { readonly index: number; readonly ranges: readonly number[] }[] {
  const [indices, info, order] = finder.search(haystack, needle, OUT_OF_ORDER)
  if (indices === null) return []
  if (info === null) return indices.map(index => ({ index, ranges: [] }))
  return order.map(at => ({ index: info.idx[at], ranges: info.ranges[at] }))
}

/** `text` cut at `ranges` (pairs of from and to, ascending). */
function stretches(text: string, ranges: readonly number[]): readonly FoundText[] {
  const parts: FoundText[] = []
  let at = 0
  for (let i = 0; i + 1 < ranges.length; i += 2) {
    if (ranges[i] > at) parts.push({ text: text.slice(at, ranges[i]), found: false })
    parts.push({ text: text.slice(ranges[i], ranges[i + 1]), found: true })
    at = ranges[i + 1]
  }
  if (at < text.length) parts.push({ text: text.slice(at), found: false })
  return parts
}
