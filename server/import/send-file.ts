/** One file to a server: streamed, its answer read whenever it comes. */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { ImportAnswer, type ImportedFile } from '#shared/api/import.ts'
import { PATHS } from '#shared/api/spoor.ts'

export interface SendOptions {
  readonly server: URL
  readonly name: string
  /** Undefined: not known beforehand. */
  readonly bytes: number | undefined
  /** For an `Authorization` header; undefined: none. */
  readonly authorization: string | undefined
  /** Certificates, PEM. */
  readonly ca: string | undefined
}

/** Nobody answers at the address: other files need not be tried. */
export class NoServerError extends Error {
  override readonly name = 'NoServerError'
}

/** The server did not take the file; the message says why. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  /** When it may be tried again, ms; undefined: it need not. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, retryAfterMs?: number) {
    super(message)
    this.retryAfterMs = retryAfterMs
  }
}

/** A server that starts or stops cuts connections; the same file is as good a moment later. */
const BROKEN_MS = 1000
/** An answer of a few fields; longer ones come from somebody else. */
const MOST_TOLD = 300

/** Resolves with what became of it. Rejects with NoServerError, RefusedError, and what `body` fails with. */
export async function sendFile(body: Readable, options: SendOptions): Promise<ImportedFile> {
  const answer = await exchange(body, options)
  const content = await text(answer)
  const { statusCode: status = 0 } = answer
  if (status !== 200) {
    const delay = Number(answer.headers['retry-after'])
    throw new RefusedError(
      `the server answered ${status}: ${detailOf(content)}`,
      status === 503 && delay > 0 ? delay * 1000 : undefined,
    )
  }
  const parsed = ImportAnswer.safeParse(jsonOf(content))
  if (!parsed.success || parsed.data.files.length !== 1) {
    throw new RefusedError(`what answers at ${placeOf(options.server)} is no Spoor: ${content.slice(0, MOST_TOLD)}`)
  }
  return parsed.data.files[0]
}

function exchange(body: Readable, { server, name, bytes, authorization, ca }: SendOptions): Promise<IncomingMessage> {
  const url = new URL(server)
  url.pathname = `${server.pathname.replace(/\/$/u, '')}${PATHS.import}`
  url.searchParams.set('name', name)
  const headers = {
    'content-type': 'application/octet-stream',
    ...(bytes === undefined ? {} : { 'content-length': bytes }),
    ...(authorization === undefined ? {} : { authorization }),
  }
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers, agent: false as const }
    const sent = url.protocol === 'https:' ? httpsRequest(url, { ...options, ca }) : httpRequest(url, options)
    let connected = false
    sent.on('socket', socket => {
      socket.on(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => (connected = true))
    })
    sent.on('response', answer => {
      // Answered before all was sent: the rest interests nobody.
      body.destroy()
      resolve(answer)
    })
    sent.on('error', error => {
      body.destroy()
      const problem = `${placeOf(server)}: ${error.message === '' ? String((error as NodeJS.ErrnoException).code) : error.message}`
      const broke = new RefusedError(`the connection broke: ${problem}`, BROKEN_MS)
      reject(connected ? broke : new NoServerError(problem))
    })
    body.on('error', error => {
      reject(error)
      sent.destroy()
    })
    body.pipe(sent)
  })
}

/** Without what stands before the @. */
function placeOf({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}

function jsonOf(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

/** The sentence of a problem, or the beginning of whatever else it is. */
function detailOf(content: string): string {
  const problem = jsonOf(content)
  if (typeof problem === 'object' && problem !== null && 'detail' in problem && typeof problem.detail === 'string') {
    return problem.detail
  }
  return content.slice(0, MOST_TOLD).trim()
}
