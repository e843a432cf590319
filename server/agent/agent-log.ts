/** The log of an agent: the same lines as the server's (telemetry/logger.ts) without a library, whose code would be a tenth of what an agent takes. */
import { writeSync } from 'node:fs'
import { formatLogText } from '#server/telemetry/log-text.ts'
import type { Log } from '#server/telemetry/logger.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

export interface AgentLogOptions {
  readonly level: (typeof LEVELS)[number]
  readonly format: 'auto' | 'json' | 'text'
  /** Takes one line with its line feed; standard output when absent. */
  readonly write?: (line: string) => void
}

export function createAgentLog(options: AgentLogOptions, more: Readonly<Record<string, unknown>> = {}): Log {
  const { level, format, write = writeLine } = options
  const terminal = process.stdout.isTTY === true
  const text = format === 'text' || (format === 'auto' && terminal)
  const at =
    (word: (typeof LEVELS)[number]) =>
    (fields: object, message: string): void => {
      if (LEVELS.indexOf(word) < LEVELS.indexOf(level)) return
      const entry: Record<string, unknown> = { level: word, ts: Date.now() / 1000, ...more, ...fields }
      if (entry['err'] instanceof Error) entry['err'] = described(entry['err'])
      const line = `${JSON.stringify({ ...entry, msg: message })}\n`
      write(text ? formatLogText(line, terminal) : line)
    }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: fields => createAgentLog(options, { ...more, ...fields }),
  }
}

function described(error: Error) {
  const { code } = error as NodeJS.ErrnoException
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    message: error.message.slice(0, 700),
    stack: error.stack?.slice(0, 2500),
  }
}

/** Nobody who reads it, or reads it slowly, may hold up the agent. */
function writeLine(line: string): void {
  try {
    writeSync(1, line)
  } catch {
    // The log is given up, not the agent.
  }
}
