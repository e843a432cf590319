/**
 * The standard health service, grpc.health.v1.Health: what load balancers, Kubernetes and `grpc-health-probe` ask.
 * https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
import type { ServerHttp2Stream } from 'node:http2'
import { NotFoundError } from '#server/errors.ts'
import { ProtobufCursor } from '#shared/formats/otlp/protobuf-cursor.ts'

export const healthCheckPath = '/grpc.health.v1.Health/Check'
export const healthWatchPath = '/grpc.health.v1.Health/Watch'

const serving = 1
const notServing = 2
const serviceUnknown = 3

/** The health of one listener: all of its services serve until it begins to stop. */
export class GrpcHealth {
  readonly #services: ReadonlySet<string>
  readonly #watchers = new Set<ServerHttp2Stream>()
  #serving = true

  /** `paths` of the methods served: `/package.Service/Method`. The empty service name stands for the whole listener. */
  constructor(paths: Iterable<string>) {
    this.#services = new Set(['', 'grpc.health.v1.Health', ...[...paths].map(path => path.split('/')[1])])
  }

  /** The answer to Check. Throws NotFoundError for a service that is not served here, DecodeError for other bytes than a request. */
  check(request: Uint8Array): Uint8Array {
    const service = decodeHealthRequest(request)
    if (!this.#services.has(service)) {
      throw new NotFoundError(`service ${JSON.stringify(service.slice(0, 200))} is not served here`)
    }
    return encodeHealth(this.#serving ? serving : notServing)
  }

  /** Begins the answer to Watch on a stream whose headers were sent: the state now, and again when it changes. */
  watch(request: Uint8Array, stream: ServerHttp2Stream, frame: (message: Uint8Array) => Uint8Array): void {
    const known = this.#services.has(decodeHealthRequest(request))
    stream.write(frame(encodeHealth(known ? (this.#serving ? serving : notServing) : serviceUnknown)))
    if (!this.#serving) {
      stream.end()
      return
    }
    this.#watchers.add(stream)
    stream.once('close', () => this.#watchers.delete(stream))
  }

  /** Nothing serves from here on; watchers are told, and their streams end. */
  stop(frame: (message: Uint8Array) => Uint8Array): void {
    this.#serving = false
    for (const stream of this.#watchers) {
      if (!stream.destroyed) stream.end(frame(encodeHealth(notServing)))
    }
    this.#watchers.clear()
  }
}

/** The `service` of a HealthCheckRequest. */
function decodeHealthRequest(bytes: Uint8Array): string {
  const cursor = new ProtobufCursor()
  cursor.open(bytes)
  let service = ''
  while (cursor.at < bytes.length) {
    const tag = cursor.tag(bytes.length)
    if (tag === 10) {
      const end = cursor.delimited(bytes.length, 'service')
      service = Buffer.from(bytes.buffer, bytes.byteOffset + cursor.at, end - cursor.at).toString()
      cursor.at = end
    } else cursor.skip(tag, bytes.length)
  }
  return service
}

function encodeHealth(status: number): Uint8Array {
  return Uint8Array.of(8, status)
}
