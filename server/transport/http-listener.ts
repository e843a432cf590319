/**
 * HTTP/1.1 for ingest: node:http in an ingest worker, exact routes, limits, CORS. No framework: Fastify costs 35 to 130 us a request,
 * a third of what decoding 100 spans takes. The query port is Fastify's and not of this file.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { BodyInterruptedError } from './body.ts'
import { httpErrorAnswer } from './http-error.ts'
import { corsHeaders, hostAllowed, originAllowed, preflightAnswer, sameOrigin, securityHeaders } from './http-access.ts'
import { type HttpRequest, ReceivedRequest } from './http-request.ts'
import type { HttpAnswer, Listener, ListenerContext } from './listener.ts'
import { listenOnHosts } from './listen-on-hosts.ts'

/** One method and path that is answered here. */
export interface HttpRoute {
  readonly method: string
  readonly path: string
  /** Media types taken; any other is answered 415. Absent: all. */
  readonly contentTypes?: readonly string[]
  /** Answered without credentials: a question, not spans. */
  readonly open?: true
  readonly handle: (request: HttpRequest) => Promise<HttpAnswer> | HttpAnswer
  /** The answer for what went wrong, in the protocol's form; `httpErrorAnswer` when absent. */
  readonly answerError?: (error: unknown, request: HttpRequest) => HttpAnswer
}

/** What an HTTP listener serves. */
export interface HttpListenerOptions {
  /** `otlp-http`. */
  readonly name: string
  readonly port: number
  readonly routes: readonly HttpRoute[]
}

/** The largest body that goes to the main thread: its requests are questions, not data. */
const forwardedBodyBytes = 64 * 1024
/** How long the rest of a refused body is read away, so that the sender sees the answer instead of a reset. */
const lingerMs = 1000

/** Opens the listener on every host of the context; rejects with the system's error when one that is required cannot be opened. */
export async function listenHttp(context: ListenerContext, options: HttpListenerOptions): Promise<Listener> {
  const listener = new HttpListener(context, options)
  await listener.open()
  return listener
}

class HttpListener implements Listener {
  readonly name: string
  address = ''
  port = 0
  readonly #context: ListenerContext
  readonly #options: HttpListenerOptions
  readonly #routes = new Map<string, Map<string, HttpRoute>>()
  #servers: readonly (Server | TlsServer)[] = []
  readonly #unfollow: (() => void)[] = []
  #connections = 0
  #refusedConnections = 0
  #requests = 0
  #wireBytes = 0
  #stopping = false
  readonly #refused = new Map<string, number>()
  /** Connections with a request that is being answered, or that were refused: what goes wrong on them is counted already. */
  readonly #accounted = new WeakSet<Socket>()

  constructor(context: ListenerContext, options: HttpListenerOptions) {
    this.name = options.name
    this.#context = context
    this.#options = options
    for (const route of options.routes) {
      const methods = this.#routes.get(route.path) ?? new Map<string, HttpRoute>()
      methods.set(route.method, route)
      this.#routes.set(route.path, methods)
    }
  }

  async open(): Promise<void> {
    const opened = await listenOnHosts(this.#context, this.#options.port, () => this.#createServer())
    this.#servers = opened
    const { address, port } = opened[0].address() as AddressInfo
    this.address = address
    this.port = port
  }

  #createServer(): Server | TlsServer {
    const { limits, tls } = this.#context
    const options = {
      headersTimeout: limits.headerTimeoutMs,
      requestTimeout: limits.headerTimeoutMs + limits.bodyTimeoutMs + lingerMs,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: Math.min(1000, limits.headerTimeoutMs),
      maxHeaderSize: 16 * 1024,
      noDelay: true,
    }
    const serve = (request: IncomingMessage, response: ServerResponse): void => void this.#serve(request, response)
    const door = tls?.get(this.name)
    let server: Server | TlsServer
    if (door === undefined) server = createServer(options, serve)
    else {
      const secured = createTlsServer({ ...options, ...door.options, handshakeTimeout: limits.headerTimeoutMs }, serve)
      this.#unfollow.push(door.follow(secured))
      server = secured
    }
    server.on('connection', socket => {
      if (this.#connections >= limits.maxConnections) {
        this.#refusedConnections++
        socket.destroy()
        return
      }
      this.#connections++
      socket.once('close', () => this.#connections--)
    })
    server.on('clientError', (error, socket) => this.#refuseConnection(error, socket as Socket))
    return server
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#requests++
    const { socket } = message
    this.#accounted.add(socket)
    response.on('error', () => {}).once('close', () => this.#accounted.delete(socket))
    const request = new ReceivedRequest(message, response, this.#context)
    let answer: HttpAnswer
    let route: HttpRoute | undefined
    try {
      const refusal = this.#refusal(request)
      if (refusal === undefined) {
        route = this.#routes.get(request.path)?.get(request.method)
        answer = await this.#answer(request, route)
      } else {
        answer = refusal
      }
    } catch (error) {
      if (error instanceof BodyInterruptedError && error.reason === 'disconnected') {
        this.#count('disconnected')
        request.release()
        message.socket.destroy()
        return
      }
      answer = this.#errorAnswer(error, request, route)
    }
    this.#wireBytes += request.wireBytes
    this.#send(message, response, request, answer)
    request.release()
  }

  /** Host, origin and preflight: what is answered before any route. */
  #refusal(request: ReceivedRequest): HttpAnswer | undefined {
    const { allowedHosts, corsOrigins } = this.#context
    const { host, origin } = request.headers
    if (!hostAllowed(host, allowedHosts)) {
      this.#count('host')
      return {
        status: 403,
        body: `host ${JSON.stringify(host?.slice(0, 200) ?? '')} is not one this answers to; --allowed-hosts names them\n`,
      }
    }
    if (origin === undefined) return undefined
    const allowed = originAllowed(origin, corsOrigins)
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      if (allowed)
        return preflightAnswer(request.headers, [...(this.#routes.get(request.path)?.keys() ?? ['POST', 'GET'])])
      this.#count('origin')
      return {
        status: 403,
        body: `origin ${JSON.stringify(origin.slice(0, 200))} may not send here; --cors-origins names those that may\n`,
      }
    }
    if (allowed || sameOrigin(origin, host) || request.method === 'GET' || request.method === 'HEAD') return undefined
    this.#count('origin')
    return {
      status: 403,
      body: `origin ${JSON.stringify(origin.slice(0, 200))} may not send here; --cors-origins names those that may\n`,
    }
  }

  async #answer(request: ReceivedRequest, route: HttpRoute | undefined): Promise<HttpAnswer> {
    if (route !== undefined) {
      if (route.open !== true) this.#context.credentials?.check(request.headers.authorization)
      if (route.contentTypes !== undefined && !route.contentTypes.includes(request.contentType)) {
        this.#count('content_type')
        return {
          status: 415,
          body: `content type ${JSON.stringify(request.contentType.slice(0, 100))}, expected ${route.contentTypes.join(' or ')}\n`,
        }
      }
      return route.handle(request)
    }
    const methods = this.#routes.get(request.path)
    if (methods !== undefined) {
      this.#count('method')
      return {
        status: 405,
        headers: { allow: [...methods.keys()].join(', ') },
        body: `method ${request.method}, expected ${[...methods.keys()].join(' or ')}\n`,
      }
    }
    const { bytes } = await request.readBody(forwardedBodyBytes)
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(request.headers)) {
      // The body goes on unpacked and whole.
      if (
        typeof value === 'string' &&
        !/^(content-encoding|content-length|transfer-encoding|connection|expect)$/.test(name)
      )
        headers[name] = value
    }
    const path = request.query === '' ? request.path : `${request.path}?${request.query}`
    try {
      return await this.#context.forward({ method: request.method, path, headers, body: bytes }, request.signal)
    } catch (error) {
      throw request.signal.aborted ? request.signal.reason : error
    }
  }

  #errorAnswer(error: unknown, request: ReceivedRequest, route: HttpRoute | undefined): HttpAnswer {
    const known = httpErrorAnswer(error)
    this.#count(known.reason)
    if (known.reason === 'internal') this.#context.log.error({ err: error, listener: this.name }, 'request failed')
    return route?.answerError?.(error, request) ?? known.answer
  }

  #send(message: IncomingMessage, response: ServerResponse, request: ReceivedRequest, answer: HttpAnswer): void {
    if (response.destroyed) return
    const body = answer.body ?? ''
    const headers: Record<string, string | number> = {
      ...securityHeaders,
      ...(typeof body === 'string' && body !== '' ? { 'content-type': 'text/plain; charset=utf-8' } : {}),
      ...corsHeaders(request.headers.origin, this.#context.corsOrigins),
      ...answer.headers,
      'content-length': Buffer.byteLength(body),
    }
    const unread = !message.complete
    if (unread || this.#stopping) headers['connection'] = 'close'
    response.writeHead(answer.status, headers)
    if (!unread) {
      response.end(body)
      return
    }
    // The answer is out, but its end would close the socket under a sender that still writes, and a reset may overtake the answer.
    if (body.length > 0) response.write(body)
    else response.flushHeaders()
    const timer = setTimeout(() => message.socket.destroy(), lingerMs)
    const end = (): void => {
      clearTimeout(timer)
      response.end()
    }
    message.once('end', end).once('close', end).resume()
  }

  /** What is no request of HTTP/1.1, or was not one in time; node:http closes such a connection without any word of ours. */
  #refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
    if (/^ERR_(?:SSL|TLS)_/.test(error.code ?? '')) {
      // No TLS, or a certificate that is not taken: nobody would understand an answer.
      this.#count('tls')
      socket.destroy()
      return
    }
    const [reason, status] =
      error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['header_timeout', '408 Request Timeout']
        : error.code === 'HPE_HEADER_OVERFLOW'
          ? ['headers_too_large', '431 Request Header Fields Too Large']
          : ['malformed', '400 Bad Request']
    // Within a request: its reading fails, and is counted there.
    if (this.#accounted.has(socket) || !socket.writable) {
      socket.destroy()
      return
    }
    this.#accounted.add(socket)
    if (error.code !== 'ECONNRESET') this.#count(reason)
    socket.write(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
    socket.destroySoon()
  }

  #count(reason: string): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1)
  }

  async close(drainMs: number): Promise<void> {
    this.#stopping = true
    for (const unfollow of this.#unfollow) unfollow()
    const closed = Promise.all(this.#servers.map(server => new Promise<void>(resolve => server.close(() => resolve()))))
    for (const server of this.#servers) server.closeIdleConnections()
    const timer = setTimeout(() => {
      for (const server of this.#servers) server.closeAllConnections()
    }, drainMs)
    await closed
    clearTimeout(timer)
  }

  stats() {
    return {
      connections: this.#connections,
      refusedConnections: this.#refusedConnections,
      requests: this.#requests,
      wireBytes: this.#wireBytes,
      refused: Object.fromEntries(this.#refused),
    }
  }
}
