/** What became of files, as a table for a terminal. */
import type { ImportedFile } from '#shared/api/import.ts'
import { FORMAT_NAMES } from '#shared/formats/files/file-problem.ts'

const HEAD = ['file', 'format', 'traces', 'spans', 'rejected']
/** Those to the right of it are numbers. */
const TEXTS = 2

/** Lines that end with a line feed: a row a file, what was wrong with it below. */
export function resultTable(files: readonly ImportedFile[]): string {
  const rows = files.map(({ name, format, traces, spans, rejected }) => [
    name,
    formatName(format),
    ...[traces, spans, rejected].map(String),
  ])
  const widths = HEAD.map((head, at) => Math.max(head.length, ...rows.map(row => row[at].length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (at < TEXTS ? cell.padEnd(widths[at]) : cell.padStart(widths[at])))
      .join('  ')
      .trimEnd()
  const lines = [line(HEAD)]
  for (const [at, file] of files.entries()) {
    lines.push(line(rows[at]))
    if (file.duplicate > 0) lines.push(`  ${file.duplicate} of the spans were here already`)
    if (file.dropped > 0) lines.push(`  ${file.dropped} spans were left out by sampling`)
    for (const problem of file.problems) lines.push(`  not kept: ${problem}`)
    if (file.error !== null) lines.push(file.spans > 0 ? `  ended early: ${file.error}` : `  error: ${file.error}`)
  }
  return `${lines.join('\n')}\n`
}

function formatName(format: string | null): string {
  if (format === null) return '-'
  const names: ReadonlyMap<string, string> = new Map(Object.entries(FORMAT_NAMES))
  return names.get(format) ?? format
}
