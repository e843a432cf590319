/**
 * Unary gRPC calls over one HTTP/2 connection to one address, on node:http2, with or without TLS. The connection is made by the first call
 * and again by the first one after it was lost. Nothing is repeated here: what a failure means is for the caller to judge.
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
import {
  connect,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2'
import type { SecureContextOptions } from 'node:tls'
import { grpcCodes, GrpcStatusError } from './grpc-status.ts'
import { readRetryDelayMs } from './retry-delay.ts'

/** What a client of one address is made with. */
export interface GrpcClientOptions {
  readonly host: string
  readonly port: number
  /** What TLS is spoken with, asked before each connection so that new files count; undefined: none is spoken. */
  readonly tls?: () => GrpcClientTls
  /** Headers of every call, asked each time: `authorization`. */
  readonly metadata?: () => Readonly<Record<string, string>>
  /** From the call to the end of its answer, milliseconds, connecting included. */
  readonly timeoutMs: number
}

export interface GrpcClientTls extends Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> {
  /** The name that the certificate must be for; the host when absent. */
  readonly serverName?: string
  /** False: any certificate is taken. */
  readonly verify: boolean
}

/** Longer answers are refused: those that are asked for here are a few KiB. */
const MOST_ANSWER_BYTES = 4 * 2 ** 20
const PREFIX_BYTES = 5

export class GrpcClient {
  readonly #options: GrpcClientOptions
  #session: ClientHttp2Session | undefined

  constructor(options: GrpcClientOptions) {
    this.#options = options
  }

  /** `10.0.0.7:14250`. */
  get address(): string {
    const { host, port } = this.#options
    return `${host.includes(':') ? `[${host}]` : host}:${port}`
  }

  /**
   * Calls `/package.Service/Method` with one message; resolves with the one of the answer. Rejects with GrpcStatusError: the status of the
   * answer with the delay that it asks for, or UNAVAILABLE when there is no connection, DEADLINE_EXCEEDED when it took too long.
   */
  async call(path: string, message: Uint8Array): Promise<Uint8Array> {
    const session = this.#connect()
    const { timeoutMs, metadata } = this.#options
    let stream: ClientHttp2Stream
    try {
      stream = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
        'user-agent': 'spoor-agent',
        'grpc-timeout': `${Math.min(99_999_999, timeoutMs)}m`,
        ...metadata?.(),
      })
    } catch (error) {
      this.#forget(session)
      throw unavailable(error)
    }
    try {
      return await this.#exchange(stream, message)
    } catch (error) {
      // A peer that says nothing in time may be gone without a word.
      if (error instanceof GrpcStatusError && error.code === grpcCodes.deadlineExceeded) this.#forget(session)
      throw error
    }
  }

  #connect(): ClientHttp2Session {
    const known = this.#session
    if (known !== undefined && !known.closed && !known.destroyed) return known
    const { tls } = this.#options
    let session: ClientHttp2Session
    try {
      session = connect(`${tls === undefined ? 'http' : 'https'}://${this.address}`, {
        settings: { enablePush: false },
        ...(tls === undefined ? {} : tlsOptions(tls())),
      })
    } catch (error) {
      throw unavailable(error)
    }
    // Calls in progress are told by their streams.
    session.on('error', () => this.#forget(session))
    session.on('goaway', () => this.#forget(session, false))
    session.on('close', () => this.#forget(session))
    session.once('connect', (_session, socket) => socket.setKeepAlive(true, 30_000))
    this.#session = session
    return session
  }

  #forget(session: ClientHttp2Session, atOnce = true): void {
    if (this.#session === session) this.#session = undefined
    if (session.destroyed) return
    if (atOnce) session.destroy()
    else if (!session.closed) session.close()
  }

  #exchange(stream: ClientHttp2Stream, message: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = []
      let length = 0
      let headers: IncomingHttpHeaders = {}
      let trailers: IncomingHttpHeaders | undefined
      let failure: Error | undefined
      const end = (): void => {
        clearTimeout(timer)
        try {
          resolve(answerOf(headers, trailers ?? headers, chunks, failure))
        } catch (error) {
          reject(error as Error)
        }
      }
      const timer = setTimeout(() => {
        failure = new GrpcStatusError(
          grpcCodes.deadlineExceeded,
          `no answer from ${this.address} within ${this.#options.timeoutMs} ms`,
        )
        stream.close(constants.NGHTTP2_CANCEL)
      }, this.#options.timeoutMs)
      stream.on('response', received => (headers = received))
      stream.on('trailers', received => (trailers = received))
      stream.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length <= MOST_ANSWER_BYTES) chunks.push(chunk)
        else {
          failure ??= new GrpcStatusError(grpcCodes.internal, `an answer of more than ${MOST_ANSWER_BYTES} bytes`)
          stream.close(constants.NGHTTP2_CANCEL)
        }
      })
      stream.on('error', error => (failure ??= unavailable(error)))
      stream.once('close', end)
      const prefix = Buffer.allocUnsafe(PREFIX_BYTES)
      prefix[0] = 0
      prefix.writeUInt32BE(message.length, 1)
      stream.write(prefix)
      stream.end(message)
    })
  }

  /** Ends the connection; calls in progress fail. A later call connects again. */
  close(): void {
    if (this.#session !== undefined) this.#forget(this.#session)
  }
}

function tlsOptions({ serverName, verify, ca, cert, key }: GrpcClientTls) {
  return { ca, cert, key, rejectUnauthorized: verify, ...(serverName === undefined ? {} : { servername: serverName }) }
}

function unavailable(error: unknown): GrpcStatusError {
  const { code, message } = error as NodeJS.ErrnoException
  return new GrpcStatusError(grpcCodes.unavailable, code === undefined ? message : `${code}: ${message}`)
}

function answerOf(
  headers: IncomingHttpHeaders,
  trailers: IncomingHttpHeaders,
  chunks: readonly Buffer[],
  failure: Error | undefined,
): Uint8Array {
  const status = trailers['grpc-status']
  if (status === undefined) {
    if (failure !== undefined) throw failure
    const http = headers[':status']
    throw new GrpcStatusError(
      grpcCodes.unavailable,
      http === undefined
        ? 'the connection ended without an answer'
        : `an answer of HTTP ${String(http)} without a gRPC status`,
    )
  }
  const code = Number(Array.isArray(status) ? status[0] : status)
  if (code !== grpcCodes.ok) {
    const retryAfterMs = retryDelayOf(trailers['grpc-status-details-bin'])
    throw new GrpcStatusError(code, messageOf(trailers['grpc-message']), { retryAfterMs })
  }
  const framed = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
  if (framed.length < PREFIX_BYTES || framed[0] !== 0 || framed.readUInt32BE(1) !== framed.length - PREFIX_BYTES) {
    throw new GrpcStatusError(grpcCodes.internal, `an answer of ${framed.length} bytes that is not one plain message`)
  }
  return framed.subarray(PREFIX_BYTES)
}

/** What a refusal asks for, from `grpc-status-details-bin`: bytes in base64. */
function retryDelayOf(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined
  return readRetryDelayMs(Buffer.from(Array.isArray(header) ? header[0] : header, 'base64'))
}

/** `grpc-message`, percent-decoded and cut: it goes into logs. */
function messageOf(header: string | string[] | undefined): string {
  const text = String(header ?? '').slice(0, 500)
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
