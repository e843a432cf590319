/** For tests: gRPC listeners on loopback, and what is sent to them, by the usual client and by node:http2. */
import { once } from 'node:events'
import { connect } from 'node:http2'
import * as grpc from '@grpc/grpc-js'
import { createLogger } from '#server/telemetry/logger.ts'
import { ByteBudget, createSharedByteBudget } from './byte-budget.ts'
import type { GrpcHandler } from './grpc-call.ts'
import { listenGrpc } from './grpc-server.ts'
import type { Listener, ListenerContext, TransportLimits } from './listener.ts'

const MiB = 2 ** 20

interface Options {
  readonly methods?: Readonly<Record<string, GrpcHandler>>
  readonly limits?: Partial<TransportLimits>
  readonly context?: Partial<ListenerContext>
}

/** Opens listeners, each with an echo at `/test.Test/Echo`, and clients; `closeAll` closes them. */
export function grpcLoopback() {
  const open: Listener[] = []
  const clients: grpc.Client[] = []

  async function listening({ methods = {}, limits = {}, context = {} }: Options = {}) {
    const lines: string[] = []
    const budget = new ByteBudget(createSharedByteBudget(64 * MiB))
    const listener = await listenGrpc(
      {
        hosts: [{ host: '127.0.0.1', required: true }],
        reusePort: false,
        limits: {
          maxRequestBytes: 8 * MiB,
          headerTimeoutMs: 5000,
          bodyTimeoutMs: 5000,
          maxConnections: 10,
          ...limits,
        },
        budget,
        corsOrigins: [],
        allowedHosts: ['*'],
        forward: () => Promise.reject(new Error('nothing is forwarded')),
        log: createLogger({ level: 'warn', format: 'json', write: line => lines.push(line) }),
        signal: new AbortController().signal,
        ...context,
      },
      { name: 'test-grpc', port: 0, methods: { '/test.Test/Echo': message => message, ...methods } },
    )
    open.push(listener)
    return { listener, budget, lines }
  }

  /** The real client, its messages plain bytes. */
  function clientOf(listener: Listener, options: grpc.ClientOptions = {}, host = '127.0.0.1'): grpc.Client {
    const client = new grpc.Client(`${host}:${listener.port}`, grpc.credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.enable_retries': 0,
      ...options,
    })
    clients.push(client)
    return client
  }

  async function closeAll(): Promise<void> {
    for (const each of clients.splice(0)) each.close()
    for (const each of open.splice(0)) await each.close(100)
  }

  return { listening, clientOf, closeAll }
}

/** A client that packs what it sends. */
export const gzipped = { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip }
/** A (de)serializer that leaves bytes as they are. */
export const bytes = (value: Buffer) => value

/** One call of the usual client; rejects with its ServiceError. */
export function call(
  client: grpc.Client,
  path: string,
  message: Uint8Array,
  options: grpc.CallOptions = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      bytes,
      bytes,
      Buffer.from(message),
      new grpc.Metadata(),
      options,
      (error, answer?: Buffer) => {
        if (error === null && answer !== undefined) resolve(answer)
        else reject(error ?? new Error('no answer'))
      },
    )
  })
}

/** The headers of a call as node:http2 sends them. */
export function post(path: string, headers: Record<string, string> = {}): Record<string, string> {
  return { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', ...headers }
}

/** The headers of the answer to one request over a connection of its own. */
export async function answerTo(listener: Listener, headers: Record<string, string>, body?: Uint8Array) {
  const session = connect(`http://127.0.0.1:${listener.port}`)
  const stream = session.request(headers)
  stream.on('error', () => {})
  stream.end(body)
  const [answer] = (await once(stream, 'response')) as [Record<string, string> & { ':status': number }]
  stream.resume()
  session.close()
  return answer
}

/** Waits for a condition that must come true. */
export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never came: ${condition.toString()}`)
    await new Promise(resolve => setTimeout(resolve, 2))
  }
}
