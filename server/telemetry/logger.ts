import { writeSync } from 'node:fs'
import { pino, type Logger } from 'pino'
import { formatLogText } from './log-text.ts'

/**
 * Our own log: one JSON object a line, `{"level":"info","ts":1700000000.123,"msg":"…", fields…}` with `ts` in seconds since the Unix
 * epoch, or readable text on a terminal. Pino is shared with Fastify. Lines never hold values of spans: no queries of URLs, no bodies;
 * and no secrets: the headers that carry them are struck out.
 *
 * Every thread has a logger of its own. A line is written with one synchronous call, so that lines of threads do not mix and the last
 * line before a crash is out.
 */

/** What a part of the program needs of a log; a pino logger is one. Fields first, then a message without variable parts. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  child(fields: Record<string, unknown>): Log
}

/** How to log. */
export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  /** `auto`: text on a terminal, otherwise JSON. */
  readonly format: 'auto' | 'json' | 'text'
  /** Whether standard output is a terminal; asked of the process when absent. */
  readonly terminal?: boolean
  /** Takes one line with its line feed; standard output when absent. */
  readonly write?: (line: string) => void
  /** Fields of every line: `{ worker: 2 }`. */
  readonly fields?: Readonly<Record<string, unknown>>
}

/** Headers that prove who somebody is. */
const secretHeaders = ['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key'] as const

/** A logger of this thread; Fastify takes it as `loggerInstance`. */
export function createLogger(options: LoggerOptions): Logger {
  const terminal = options.terminal ?? process.stdout.isTTY === true
  const write = options.write ?? writeToStandardOutput
  const text = options.format === 'text' || (options.format === 'auto' && terminal)
  return pino(
    {
      level: options.level,
      base: options.fields ?? null,
      messageKey: 'msg',
      timestamp: () => `,"ts":${Date.now() / 1000}`,
      formatters: { level: label => ({ level: label }) },
      redact: {
        paths: secretHeaders.flatMap(name => [
          `["${name}"]`,
          `headers["${name}"]`,
          `*.headers["${name}"]`,
          `metadata["${name}"]`,
        ]),
        censor: '[redacted]',
      },
      serializers: { err: describeError, error: describeError, req: describeRequest, res: describeResponse },
    },
    { write: text ? line => write(formatLogText(line, terminal)) : write },
  )
}

/** Longer stacks and messages are cut, so that a line stays within what a pipe takes in one piece (4 KiB). */
const stackLimit = 2500
const messageLimit = 700

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = (error as NodeJS.ErrnoException).code
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    message: error.message.slice(0, messageLimit),
    stack: error.stack?.slice(0, stackLimit),
    ...(error.cause instanceof Error
      ? { cause: `${error.cause.name}: ${error.cause.message.slice(0, messageLimit)}` }
      : {}),
  }
}

/** Method and path of a request. The query is left out: searches hold values of spans. */
function describeRequest(request: unknown): unknown {
  if (typeof request !== 'object' || request === null) return undefined
  const { method, url } = request as { method?: unknown; url?: unknown }
  return { method, path: typeof url === 'string' ? url.split('?', 1)[0].slice(0, 200) : undefined }
}

function describeResponse(response: unknown): unknown {
  return typeof response === 'object' && response !== null
    ? { statusCode: (response as { statusCode?: unknown }).statusCode }
    : undefined
}

function writeToStandardOutput(line: string): void {
  const bytes = Buffer.from(line)
  let from = 0
  let waits = 0
  while (from < bytes.length) {
    try {
      from += writeSync(1, bytes, from)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      // Nobody reads any more: the program goes on without its log.
      if (code === 'EPIPE' || code === 'EIO' || code === 'ENOSPC') return
      if (code !== 'EAGAIN') throw error
      // The reader is slow. A log may hold up the program for a second, not for ever: then the line is given up.
      if (++waits > 200) return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}
