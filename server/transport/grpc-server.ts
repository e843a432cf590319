/**
 * Unary gRPC over HTTP/2, with or without TLS, on node:http2: framing, gzip, deadlines, limits, status with details, health. No package: what the
 * usual one does beside costs two thirds of the spans a second. Browsers cannot speak this, so there are no origins or hosts to check.
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
import {
  constants,
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { giveBack } from './body.ts'
import type { Reservation } from './byte-budget.ts'
import { type GrpcHandler, ReceivedCall } from './grpc-call.ts'
import { GrpcHealth, healthCheckPath, healthWatchPath } from './grpc-health.ts'
import { readGrpcMessage } from './grpc-message.ts'
import { grpcCodes, grpcErrorStatus, GrpcStatusError, statusTrailers } from './grpc-status.ts'
import { UnsupportedEncodingError } from './http-error.ts'
import { encodings, parseEncoding } from './inflate.ts'
import type { Listener, ListenerContext, ListenerStats } from './listener.ts'
import { listenOnHosts } from './listen-on-hosts.ts'

/** What a gRPC listener serves, beside the health of it. */
export interface GrpcListenerOptions {
  /** `otlp-grpc`. */
  readonly name: string
  readonly port: number
  /** By path: `/package.Service/Method`. */
  readonly methods: Readonly<Record<string, GrpcHandler>>
  /** Paths of methods that are answered without credentials: questions, not spans. */
  readonly open?: ReadonlySet<string>
}

/** Calls of one connection at a time; more wait at the sender. With windows of 1 MiB what is unread stays bounded. */
const maxStreams = 250
/** One batch of an exporter is sent without waiting for us. */
const streamWindowBytes = 2 ** 20
const sessionWindowBytes = 16 * 2 ** 20
/** Headers of a call: exporters send a few hundred bytes, plus what their users add. */
const maxHeaderBytes = 16 * 1024
/** What a call holds beside its message; 8.9 KiB were measured for 10,000 half-sent ones. Else 250 times 1,000 calls would cost nothing. */
const callBytes = 8 * 1024
/** A service name. */
const healthMessageBytes = 4096
/** A health question is answered under any load: who gets no answer restarts us. */
const unlimited: Reservation = { grow: () => true, release: () => {} }

const answerHeaders = { ':status': 200, 'content-type': 'application/grpc' } as const
const acceptedEncodings = encodings.join(',')

/** Opens the listener on every host of the context; rejects with the system's error when one that is required cannot be opened. */
export async function listenGrpc(context: ListenerContext, options: GrpcListenerOptions): Promise<Listener> {
  const listener = new GrpcListener(context, options)
  await listener.open()
  return listener
}

class GrpcListener implements Listener {
  readonly name: string
  address = ''
  port = 0
  readonly #context: ListenerContext
  readonly #options: GrpcListenerOptions
  readonly #methods: ReadonlyMap<string, GrpcHandler>
  readonly #health: GrpcHealth
  readonly #sessions = new Set<ServerHttp2Session>()
  /** Sessions whose client has said nothing yet: a load balancer’s probe, a connection made ahead of need. */
  readonly #silent = new Set<ServerHttp2Session>()
  readonly #sockets = new Set<Socket>()
  #servers: readonly (Http2Server | Http2SecureServer)[] = []
  readonly #unfollow: (() => void)[] = []
  #refusedConnections = 0
  #requests = 0
  #wireBytes = 0
  #toldOfOtherProtocol = false
  readonly #refused = new Map<string, number>()

  constructor(context: ListenerContext, options: GrpcListenerOptions) {
    this.name = options.name
    this.#context = context
    this.#options = options
    this.#methods = new Map(Object.entries(options.methods))
    this.#health = new GrpcHealth(this.#methods.keys())
  }

  async open(): Promise<void> {
    this.#servers = await listenOnHosts(this.#context, this.#options.port, () => this.#createServer())
    const { address, port } = this.#servers[0].address() as AddressInfo
    this.address = address
    this.port = port
    if (this.#context.signal.aborted) this.#stopHealth()
    else this.#context.signal.addEventListener('abort', this.#stopHealth)
  }

  readonly #stopHealth = (): void => this.#health.stop(frame)

  #createServer(): Http2Server | Http2SecureServer {
    const { limits, tls } = this.#context
    const options = {
      settings: {
        initialWindowSize: streamWindowBytes,
        maxConcurrentStreams: maxStreams,
        maxHeaderListSize: maxHeaderBytes,
      },
      // Beyond the streams' own state, which the default of 10 MB may not hold for 250 of them.
      maxSessionMemory: 32,
    }
    const door = tls?.get(this.name)
    let server: Http2Server | Http2SecureServer
    if (door === undefined) server = createServer(options)
    else {
      const secured = createSecureServer({
        ...options,
        ...door.options,
        handshakeTimeout: limits.headerTimeoutMs,
        allowHTTP1: false,
      })
      this.#unfollow.push(door.follow(secured))
      secured.on('tlsClientError', error => this.#notTls(error))
      server = secured
    }
    // After node's own listener, which makes the session of the socket.
    server.on('connection', (socket: Socket) => {
      if (this.#sockets.size >= limits.maxConnections) {
        this.#refusedConnections++
        socket.destroy()
        return
      }
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      socket.setNoDelay(true)
      // A sender that vanished without a word does not hold its place for ever.
      socket.setKeepAlive(true, 60_000)
    })
    server.on('session', session => this.#begin(session))
    server.on('sessionError', error => this.#notHttp2(error))
    return server
  }

  #begin(session: ServerHttp2Session): void {
    const remoteAddress = session.socket.remoteAddress ?? ''
    this.#sessions.add(session)
    session.setLocalWindowSize(sessionWindowBytes)
    const timer = setTimeout(() => {
      this.#count('header_timeout')
      session.destroy()
    }, this.#context.limits.headerTimeoutMs)
    this.#silent.add(session)
    session.once('remoteSettings', () => {
      clearTimeout(timer)
      this.#silent.delete(session)
    })
    session.once('close', () => {
      clearTimeout(timer)
      this.#silent.delete(session)
      this.#sessions.delete(session)
    })
    session.on('stream', (stream, headers) => {
      // Its end is told by 'close'; there is nobody to tell of an error.
      stream.on('error', () => {})
      this.#requests++
      void this.#accept(stream, headers, remoteAddress)
    })
  }

  #notTls(error: NodeJS.ErrnoException): void {
    if (!/^ERR_(?:SSL|TLS)_/.test(error.code ?? '')) return
    this.#count('tls')
    if (this.#toldOfOtherProtocol) return
    this.#toldOfOtherProtocol = true
    this.#context.log.warn(
      { listener: this.name, port: this.port, problem: error.code },
      'a connection did not get through TLS: is a sender without it, or with a certificate that is not taken, pointed at this port? (told once)',
    )
  }

  #notHttp2(error: NodeJS.ErrnoException): void {
    // Else a connection that was reset.
    if (error.code !== 'ERR_HTTP2_ERROR') return
    this.#count('protocol')
    if (this.#toldOfOtherProtocol) return
    this.#toldOfOtherProtocol = true
    this.#context.log.warn(
      { listener: this.name, port: this.port, problem: error.message },
      'a connection broke the rules of HTTP/2: is a sender of OTLP over HTTP, or one with TLS, pointed at this port? (told once)',
    )
  }

  async #accept(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, remoteAddress: string): Promise<void> {
    const status = refusedStatus(headers)
    if (status !== undefined) {
      this.#count(status === 405 ? 'method' : 'content_type')
      this.#end(stream, { ':status': status })
      return
    }
    const call = new ReceivedCall(stream, headers, remoteAddress, () => {
      this.#count('deadline')
      this.#fail(stream, { code: grpcCodes.deadlineExceeded, message: 'the deadline of the call has passed' })
    })
    try {
      await this.#answer(stream, call)
    } catch (error) {
      if (!call.expired) this.#failed(stream, call, error)
    } finally {
      call.finish()
    }
  }

  async #answer(stream: ServerHttp2Stream, call: ReceivedCall): Promise<void> {
    const { budget, limits } = this.#context
    const { path } = call
    const isHealth = path === healthCheckPath || path === healthWatchPath
    const handler = this.#methods.get(path)
    if (handler === undefined && !isHealth) {
      throw new GrpcStatusError(grpcCodes.unimplemented, `method ${path.slice(0, 200)} is not served here`)
    }
    if (!isHealth && this.#options.open?.has(path) !== true) {
      this.#context.credentials?.check(call.metadata.authorization)
    }
    const seen = call.metadata['grpc-encoding']
    const encoding = parseEncoding(Array.isArray(seen) ? seen.join() : seen)
    if (encoding === undefined) throw new UnsupportedEncodingError(String(seen))
    call.startDeadline()
    const reservation = isHealth ? unlimited : await budget.admit(call.signal)
    let memory: Uint8Array | undefined
    try {
      if (!reservation.grow(callBytes)) throw budget.overloaded()
      const body = await readGrpcMessage(stream, {
        maxBytes: isHealth ? healthMessageBytes : limits.maxRequestBytes,
        encoding,
        timeoutMs: limits.bodyTimeoutMs,
        reservation,
        budget,
      })
      memory = body.memory
      call.wireBytes = body.wireBytes
      this.#wireBytes += body.wireBytes
      if (path === healthWatchPath) {
        this.#watch(stream, body.bytes)
        return
      }
      const answer = handler === undefined ? this.#health.check(body.bytes) : await handler(body.bytes, call)
      if (stream.destroyed || stream.headersSent) return
      this.#respond(stream)
      stream.end(frame(answer))
    } finally {
      reservation.release()
      if (memory !== undefined) giveBack(memory)
    }
  }

  #watch(stream: ServerHttp2Stream, request: Uint8Array): void {
    if (stream.destroyed || stream.headersSent) return
    this.#respond(stream)
    this.#health.watch(request, stream, frame)
  }

  /** The headers of an answer that goes well, and its trailers when it ends. */
  #respond(stream: ServerHttp2Stream): void {
    stream.respond(answerHeaders, { waitForTrailers: true })
    stream.once('wantTrailers', () => {
      if (!stream.destroyed) stream.sendTrailers({ 'grpc-status': '0' })
    })
  }

  #failed(stream: ServerHttp2Stream, call: ReceivedCall, error: unknown): void {
    // Left while waiting for room: the signal's reason.
    if (call.left && error === call.signal.reason) {
      this.#count('disconnected')
      return
    }
    const { status, reason } = grpcErrorStatus(error)
    this.#count(error instanceof GrpcStatusError && status.code === grpcCodes.unimplemented ? 'unimplemented' : reason)
    if (reason === 'internal')
      this.#context.log.error({ err: error, listener: this.name, path: call.path }, 'call failed')
    this.#fail(stream, status, reason === 'encoding' ? { 'grpc-accept-encoding': acceptedEncodings } : {})
  }

  #fail(
    stream: ServerHttp2Stream,
    status: Parameters<typeof statusTrailers>[0],
    more: Readonly<Record<string, string>> = {},
  ): void {
    this.#end(stream, { ...answerHeaders, ...more, ...statusTrailers(status) })
  }

  /**
   * An answer of headers alone. A sender that still writes is told to stop by a reset without error: Go's client takes the call for ended
   * and uses its place at once, so the stream must be closed here too. A reset in the same turn would overtake the answer.
   */
  #end(stream: ServerHttp2Stream, headers: Record<string, string | number>): void {
    if (stream.destroyed || stream.headersSent) return
    stream.respond(headers, { endStream: true })
    stream.resume()
    setImmediate(() => {
      if (!stream.destroyed && !stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR)
    })
  }

  #count(reason: string): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1)
  }

  async close(drainMs: number): Promise<void> {
    this.#context.signal.removeEventListener('abort', this.#stopHealth)
    this.#health.stop(frame)
    for (const unfollow of this.#unfollow) unfollow()
    const closed = Promise.all(this.#servers.map(server => new Promise<void>(resolve => server.close(() => resolve()))))
    // To destroy a session leaves its socket half open for as long as the peer likes; a session does not hand its socket out.
    const silent = new Set(Array.from(this.#silent, ({ socket }) => `${socket.remoteAddress} ${socket.remotePort}`))
    for (const socket of this.#sockets) {
      if (silent.has(`${socket.remoteAddress} ${socket.remotePort}`)) socket.destroy()
    }
    for (const session of this.#sessions) session.close()
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy()
    }, drainMs)
    await closed
    clearTimeout(timer)
  }

  stats(): ListenerStats {
    return {
      connections: this.#sockets.size,
      refusedConnections: this.#refusedConnections,
      requests: this.#requests,
      wireBytes: this.#wireBytes,
      refused: Object.fromEntries(this.#refused),
    }
  }
}

/** The HTTP status of a request that is no gRPC call; undefined for one that is. */
function refusedStatus(headers: IncomingHttpHeaders): number | undefined {
  if (headers[':method'] !== 'POST') return 405
  const type = (headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase()
  return type === 'application/grpc' || type === 'application/grpc+proto' ? undefined : 415
}

/** A message with its prefix, not packed: answers are a few bytes. */
function frame(message: Uint8Array): Uint8Array {
  const framed = Buffer.allocUnsafe(message.length + 5)
  framed[0] = 0
  framed.writeUInt32BE(message.length, 1)
  framed.set(message, 5)
  return framed
}
