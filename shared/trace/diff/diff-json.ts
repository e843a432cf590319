/** A comparison as JSON, for tools and for what is pasted into an issue: one contribution or row a line, made when asked for. */
import type { DiffRow } from './diff-rows.ts'
import type { TraceDiff } from './diff-traces.ts'

export interface DiffJson {
  readonly lineCount: number
  /** Line from 0, without its newline. */
  readonly line: (index: number) => string
}

/** The ends that are compared; ids as the page has them. */
export interface DiffJsonSides {
  readonly a: { readonly traceId: string | undefined; readonly spanCount: number }
  readonly b: { readonly traceId: string | undefined; readonly spanCount: number }
}

/**
 * `rows` as the table has them. Times in ns. Joined by newlines the lines are one JSON value; the contributions in it add up to
 * `differenceNs`.
 */
export function diffJson(diff: TraceDiff, rows: readonly DiffRow[], { a, b }: DiffJsonSides): DiffJson {
  const { contributions, durationA, durationB } = diff
  const head = [
    '{',
    `  "a": ${JSON.stringify({ ...a, durationNs: durationA })},`,
    `  "b": ${JSON.stringify({ ...b, durationNs: durationB })},`,
    `  "differenceNs": ${durationB - durationA},`,
    '  "contributions": [',
  ]
  const middle = ['  ],', '  "rows": [']
  const tail = ['  ]', '}']
  const comma = (index: number, count: number): string => (index === count - 1 ? '' : ',')
  const contribution = (index: number): string => {
    const { kind, ns, place } = contributions[index]
    const key = place < 0 ? undefined : diff.keys[diff.key[place]]
    const value = { kind, service: key?.service, name: key?.name, differenceNs: ns, named: index < diff.named }
    return `    ${JSON.stringify(value)}${comma(index, contributions.length)}`
  }
  const rowLine = (index: number): string => {
    const { service, name, change, a: inA, b: inB } = rows[index]
    return `    ${JSON.stringify({ service, name, change, a: inA, b: inB })}${comma(index, rows.length)}`
  }
  const firstRow = head.length + contributions.length + middle.length
  return {
    lineCount: firstRow + rows.length + tail.length,
    line(index) {
      if (index < head.length) return head[index]
      if (index < head.length + contributions.length) return contribution(index - head.length)
      if (index < firstRow) return middle[index - head.length - contributions.length]
      return index < firstRow + rows.length ? rowLine(index - firstRow) : tail[index - firstRow - rows.length]
    },
  }
}

/** All of it as one text. */
export function diffJsonText({ lineCount, line }: DiffJson): string {
  let text = ''
  for (let index = 0; index < lineCount; index++) text += `${line(index)}\n`
  return text
}
