// SQL for reading: a line for each clause, nested queries indented. Nothing is taken away or written differently but blanks
// between words. Pure.

/** Words that begin a line; more than one word where the second belongs to it. */
const CLAUSES =
  /^(?:SELECT|FROM|WHERE|GROUP\s+BY|ORDER\s+BY|HAVING|LIMIT|OFFSET|FETCH|UNION(?:\s+ALL)?|INTERSECT|EXCEPT|(?:NATURAL\s+)?(?:(?:LEFT|RIGHT|FULL)(?:\s+OUTER)?\s+|INNER\s+|CROSS\s+)?JOIN|VALUES|SET|RETURNING|INSERT\s+INTO|UPDATE|DELETE\s+FROM|ON\s+CONFLICT|ON\s+DUPLICATE\s+KEY\s+UPDATE|FOR\s+UPDATE|WITH(?:\s+RECURSIVE)?|WINDOW)\b/iu
/** Words that begin a line of their own inside a clause. */
const PARTS = /^(?:AND|OR)\b/iu
const WORD = /^[\p{L}_][\p{L}\p{N}_$]*/u
/** What is never looked into: quoted texts and names, comments, dollar quotes. */
const WHOLE =
  /^(?:'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`[^`]*(?:`|$)|\[[^\]\n]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|(\$\w*\$)[\s\S]*?(?:\1|$))/u

export interface SqlLine {
  /** Steps from the left. */
  readonly indent: number
  /** The words of the clause that it begins with; '' for none. */
  readonly clause: string
  readonly text: string
}

const SQL_KEY = /(?:^|\.)(?:statement|query\.text|sql|sql\.query|query)$/iu
const SQL_TEXT =
  /^\s*(?:\/\*[\s\S]*?\*\/\s*)?(?:SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|WITH|MERGE\s+INTO)\b[\s\S]*\b(?:FROM|VALUES|SET|SELECT|USING)\b/iu
/** Shorter ones are read at a glance. */
const LEAST_LENGTH = 60
/** Longer ones stay as they are. */
const MOST_LENGTH = 100_000

/** Whether a value is a query that reads better in lines. */
export function isSql(key: string, text: string): boolean {
  return text.length >= LEAST_LENGTH && text.length <= MOST_LENGTH && SQL_KEY.test(key) && SQL_TEXT.test(text)
}

/** The query in lines. */
export function sqlLines(text: string): readonly SqlLine[] {
  const lines: SqlLine[] = []
  let clause = ''
  let line = ''
  let indent = 0
  /** For each bracket that is open whether it holds a query. */
  const brackets: boolean[] = []
  const depth = (): number => brackets.filter(Boolean).length
  /** Between BETWEEN and its AND. */
  let between = false
  const finish = (): void => {
    if (clause !== '' || line.trim() !== '') lines.push({ indent, clause, text: line.trim() })
    clause = ''
    line = ''
  }
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at)
    const whole = WHOLE.exec(rest)?.[0]
    if (whole !== undefined) {
      line += whole
      at += whole.length
      // What follows a comment to the end of its line must not become part of it.
      if (whole.startsWith('--')) finish()
      continue
    }
    const blank = /^\s+/u.exec(rest)?.[0]
    if (blank !== undefined) {
      if (line !== '' && !line.endsWith(' ')) line += ' '
      at += blank.length
      continue
    }
    const inQuery = brackets.length === 0 || brackets.at(-1) === true
    const begins = inQuery ? CLAUSES.exec(rest)?.[0] : undefined
    if (begins !== undefined) {
      finish()
      indent = depth() * 2
      clause = begins.replaceAll(/\s+/gu, ' ')
      between = false
      at += begins.length
      continue
    }
    const part = inQuery && !between ? PARTS.exec(rest)?.[0] : undefined
    if (part !== undefined && line.trim() !== '') {
      finish()
      indent = depth() * 2 + 1
      clause = part
      at += part.length
      continue
    }
    const word = WORD.exec(rest)?.[0]
    if (word !== undefined) {
      if (/^between$/iu.test(word)) between = true
      else if (/^and$/iu.test(word)) between = false
      line += word
      at += word.length
      continue
    }
    if (rest[0] === '(') {
      const isQuery = /^\(\s*(?:SELECT|WITH)\b/iu.test(rest)
      line += '('
      brackets.push(isQuery)
    } else if (rest[0] === ')') {
      const wasQuery = brackets.pop() === true
      if (wasQuery) {
        finish()
        indent = depth() * 2 + 1
      }
      line += ')'
    } else line += String.fromCodePoint(rest.codePointAt(0) ?? 0)
    at += (rest.codePointAt(0) ?? 0) > 0xffff ? 2 : 1
  }
  finish()
  return lines
}
