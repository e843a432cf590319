/**
 * A log line for eyes: `09:12:03.123 INFO  listening  port=4318 protocol=otlp`. Takes the JSON line, so that both forms hold the same.
 */

const colours: Readonly<Record<string, string>> = { debug: '90', info: '36', warn: '33', error: '31', fatal: '31' }

/** The text of one JSON line of the log, with its line feed; UTC. A line that is no JSON object comes back as it is. */
export function formatLogText(line: string, colour: boolean): string {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    return line
  }
  if (typeof parsed !== 'object' || parsed === null) return line
  let time = ''
  let level = ''
  let message = ''
  let stack = ''
  const fields: string[] = []
  for (const [key, value] of Object.entries(parsed)) {
    if (key === 'ts' && typeof value === 'number') {
      time = new Date(value * 1000).toISOString().slice(11, 23)
    } else if (key === 'level') {
      level = String(value)
    } else if (key === 'msg') {
      message = printable(String(value))
    } else if ((key === 'err' || key === 'error') && typeof value === 'object' && value !== null) {
      const { type, message: problem, stack: trace } = value as { type?: unknown; message?: unknown; stack?: unknown }
      fields.push(`${key}=${JSON.stringify(`${String(type)}: ${String(problem)}`)}`)
      if (typeof trace === 'string') stack = trace.split('\n').slice(1).map(printable).join('\n')
    } else {
      fields.push(`${key}=${fieldText(value)}`)
    }
  }
  const shown = level.toUpperCase().padEnd(5)
  const marked = colour ? `\u001B[${colours[level] ?? '0'}m${shown}\u001B[0m` : shown
  const head = [time, marked, message].join(' ')
  return `${fields.length === 0 ? head : `${head}  ${fields.join(' ')}`}\n${stack === '' ? '' : `${stack}\n`}`
}

function fieldText(value: unknown): string {
  if (typeof value === 'string') return /^[\w./:@+\-[\]]+$/.test(value) ? value : escaped(JSON.stringify(value))
  return escaped(JSON.stringify(value))
}

/** A message from outside must not move the cursor or paint the terminal. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this removes
  return text.replace(/[\u0000-\u0008\u000A-\u001F\u007F-\u009F]/g, '\uFFFD')
}

/** JSON leaves the control characters above 0x7E as they are. */
function escaped(json: string): string {
  return json.replace(/[\u007F-\u009F]/g, each => `\\u00${each.charCodeAt(0).toString(16)}`)
}
