// A JSON text as the lines of its indented form, without parsing or copying it: where each line begins, ends and how deep it
// stands. The text may be compact or indented; blanks outside strings are skipped. What is no JSON comes out as it is, cut
// into lines at the same marks.

export interface JsonLines {
  readonly count: number
  /** Depth of a line. */
  indent(line: number): number
  /** Its text without indentation. */
  text(line: number): string
  /** The line that holds a place of the text. */
  lineAt(offset: number): number
}

const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44
const COLON = 58

/** One pass over the text; 9 bytes a line are kept. */
export function jsonLines(text: string): JsonLines {
  let starts = new Uint32Array(1024)
  let ends = new Uint32Array(1024)
  let depths = new Uint8Array(1024)
  let count = 0
  const push = (from: number, to: number, depth: number): void => {
    if (count === starts.length) {
      starts = grown(starts, new Uint32Array(count * 2))
      ends = grown(ends, new Uint32Array(count * 2))
      depths = grown(depths, new Uint8Array(count * 2))
    }
    starts[count] = from
    ends[count] = to
    depths[count++] = Math.min(255, depth)
  }
  let depth = 0
  /** Where the line begins; −1 between lines. */
  let from = -1
  let last = 0
  const finish = (): void => {
    if (from >= 0) push(from, last, depth)
    from = -1
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 32 || code === 10 || code === 13 || code === 9) continue
    if (code === QUOTE) {
      if (from < 0) from = i
      i++
      while (i < text.length && text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1
      last = Math.min(text.length, i + 1)
      continue
    }
    if (code === 123 || code === 91) {
      if (from < 0) from = i
      last = i + 1
      const close = nextMark(text, i + 1)
      if (text.charCodeAt(close) === code + 2) {
        // Empty: `{}` stands on one line.
        i = close
        last = i + 1
        continue
      }
      finish()
      depth++
      continue
    }
    if (code === 125 || code === 93) {
      finish()
      depth = Math.max(0, depth - 1)
      from = i
      last = i + 1
      continue
    }
    if (from < 0) from = i
    last = i + 1
    if (code === COMMA) finish()
  }
  finish()
  return {
    count,
    indent: line => depths[line],
    text: line => lineText(text, starts[line], ends[line]),
    lineAt: offset => {
      let low = 0
      let high = count
      while (low < high) {
        const middle = (low + high) >>> 1
        if (starts[middle] <= offset) low = middle + 1
        else high = middle
      }
      return Math.max(0, low - 1)
    },
  }
}

function grown<T extends Uint32Array | Uint8Array>(old: T, larger: T): T {
  larger.set(old)
  return larger
}

function nextMark(text: string, from: number): number {
  let i = from
  while (i < text.length && text.charCodeAt(i) <= 32) i++
  return i
}

/** A blank behind the colon after a key; `{ }` closes up. */
function lineText(text: string, from: number, to: number): string {
  const raw = text.slice(from, to)
  if (raw.charCodeAt(0) !== QUOTE)
    return raw.length === 2 || raw.length === 3 ? raw : raw.replace(/^([{[])\s+([}\]])/u, '$1$2')
  let i = 1
  while (i < raw.length && raw.charCodeAt(i) !== QUOTE) i += raw.charCodeAt(i) === BACKSLASH ? 2 : 1
  const colon = nextMark(raw, i + 1)
  if (raw.charCodeAt(colon) !== COLON) return raw
  return `${raw.slice(0, i + 1)}: ${raw.slice(colon + 1).trimStart()}`
}
