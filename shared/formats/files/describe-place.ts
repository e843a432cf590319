/** The line, the column and the text around a position of a file, for people. */
import { decodeText } from '#shared/spans/dictionary.ts'
import type { ByteSource } from './byte-source.ts'
import type { FilePlace } from './file-problem.ts'

/** Characters of a line that are shown around a place, on each side. */
const MOST_BESIDE = 60

/**
 * Describes a position of a text that is at hand (or was a moment ago: then without the lines around it). A position
 * below zero is unknown.
 */
export function describePlace(source: ByteSource, position: number, detail: string): FilePlace {
  if (position < 0) return { detail }
  if (position < source.base) return { detail, offset: position }
  const at = Math.min(position, source.end)
  const { line, start } = source.lineOf(at)
  const first = Math.max(start, source.base)
  const column = decodeText(source.slice(first, at)).length + (first - start) + 1
  const lines = []
  if (start - 1 > source.base) {
    const view = source.slice(source.base, start - 1)
    const before = source.base + view.lastIndexOf(10) + 1
    if (before > source.base || source.base === 0) {
      lines.push({ line: line - 1, ...lineAround(source, before, before, start - 1) })
    }
  }
  const newline = source.newline(at)
  lines.push({ line, ...lineAround(source, first, at, newline < 0 ? source.end : newline) })
  return { detail, offset: position, line, column, lines }
}

/** Of the line from `start` to `end`, MOST_BESIDE characters to each side of `at`. */
function lineAround(source: ByteSource, start: number, at: number, end: number): { text: string; from: number } {
  // A character has up to four bytes.
  const before = decodeText(source.slice(start, at))
  const left = before.slice(-MOST_BESIDE)
  const right = decodeText(source.slice(at, Math.min(end, at + MOST_BESIDE * 4))).slice(0, MOST_BESIDE)
  return { text: (left + right).replace(/\r$/u, ''), from: before.length - left.length + 1 }
}
