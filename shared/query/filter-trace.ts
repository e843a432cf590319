/**
 * Filter and *Find* of a trace: texts in braces by the tree of queries (spanset-text.ts), which are exact; all others by what people type
 * (shared/trace/find.ts).
 */
import { filterWork, findWork, type FoundIn } from '#shared/trace/find.ts'
import { BREATH, type SlicedWork } from '#shared/trace/sliced-work.ts'
import { rowTest } from './evaluate.ts'
import { parseSpanset } from './spanset-text.ts'
import { textPatterns } from './text-pattern.ts'
import type { Condition } from './tree.ts'

/** 1 for each span that matches all of the texts, by span; undefined when they say nothing. */
export function* filterTraceWork(trace: FoundIn, texts: readonly string[]): SlicedWork<Uint8Array | undefined> {
  const trees: Condition[] = []
  const words: string[] = []
  for (const text of texts) {
    const tree = parseSpanset(text)
    if (tree === undefined) words.push(wordsOf(text))
    else trees.push(tree)
  }
  const typed = words.length === 0 ? undefined : yield* filterWork(trace, words)
  if (trees.length === 0) return typed
  const matches = typed ?? new Uint8Array(trace.size).fill(1)
  for (const tree of trees) yield* keepMatching(trace, tree, matches)
  return matches
}

/** Indices of the spans that match a text, ascending. */
export function* findTraceWork(trace: FoundIn, text: string): SlicedWork<Uint32Array> {
  const tree = parseSpanset(text)
  if (tree === undefined) return yield* findWork(trace, wordsOf(text))
  const matches = new Uint8Array(trace.size).fill(1)
  yield* keepMatching(trace, tree, matches)
  const found: number[] = []
  for (let i = 0; i < trace.size; i++) if (matches[i] === 1) found.push(i)
  return Uint32Array.from(found)
}

/** Whether a text in braces is a query that is run; any other is read as words. */
export function isRun(text: string): boolean {
  return parseSpanset(text) !== undefined
}

/** In braces that are no such filter stand words. */
function wordsOf(text: string): string {
  return text.startsWith('{') ? text.replace(/^\{\s*|\s*\}$/gu, '') : text
}

function* keepMatching({ table, row, size }: FoundIn, where: Condition, matches: Uint8Array): SlicedWork<void> {
  yield
  const holds = rowTest(where, table, textPatterns)
  for (let i = 0; i < size; i++) {
    if ((i & BREATH) === BREATH) yield
    if (matches[i] === 1 && !holds(row[i])) matches[i] = 0
  }
}
