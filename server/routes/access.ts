/** Who may ask on the query and admin ports: the Host rule, the Origin rule, and the headers of every answer. */
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyServerOptions } from 'fastify'
import { hostAllowed, sameOrigin } from '#server/transport/http-access.ts'
import { CONTENT_SECURITY_POLICY, formatContentSecurityPolicy } from '#shared/api/content-security-policy.ts'
import { sendProblem } from './answers.ts'

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/** On every answer. What may be kept says so itself (static-files.ts); spans are not left in caches. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': formatContentSecurityPolicy(CONTENT_SECURITY_POLICY),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

/** Answers to what is no request of any route, and so passes no hook: a broken address, bytes that are not HTTP. */
export const REFUSALS = {
  frameworkErrors: (error, _request, reply) => {
    const status = error.statusCode ?? 400
    void sendProblem(reply.headers(HEADERS), status, 'invalid_parameter', error.message)
  },
  clientErrorHandler: (error, socket) => refuseBytes(error.code, socket),
} satisfies FastifyServerOptions

function refuseBytes(code: string | undefined, socket: Socket): void {
  if (code === 'ECONNRESET' || socket.destroyed) return
  const [status, text] =
    code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? [408, 'Request Timeout']
      : code === 'HPE_HEADER_OVERFLOW'
        ? [431, 'Request Header Fields Too Large']
        : [400, 'Bad Request']
  const body = `${text}\n`
  const headers = { ...HEADERS, 'content-type': 'text/plain; charset=utf-8', 'content-length': String(body.length) }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  if (socket.writable) socket.write(`HTTP/1.1 ${status} ${text}\r\nconnection: close\r\n${lines.join('')}\r\n${body}`)
  socket.destroySoon()
}

/** With pages of `frames` allowed to show ours inside of them; the older header knows no such list. */
function headersFor(frames: readonly string[]): Readonly<Record<string, string>> {
  if (frames.length === 0) return HEADERS
  const { 'x-frame-options': _older, ...headers } = HEADERS
  const policy = { ...CONTENT_SECURITY_POLICY, 'frame-ancestors': ["'self'", ...frames] }
  return { ...headers, 'content-security-policy': formatContentSecurityPolicy(policy) }
}

/**
 * Puts the rules in front of all routes of `app`. `hosts`: names a `Host` header may carry, without port. `frames`: origins whose pages
 * may show ours inside of them.
 */
export function guardAccess(app: FastifyInstance, hosts: readonly string[], frames: readonly string[] = []): void {
  const headers = headersFor(frames)
  app.addHook('onRequest', async (request, reply): Promise<FastifyReply | undefined> => {
    void reply.headers(headers)
    const { host, origin } = request.headers
    if (!hostAllowed(host, hosts)) {
      const detail = `Host ${JSON.stringify(host ?? '')} is not a name of this server; --allowed-hosts adds names.`
      return sendProblem(reply, 403, 'forbidden', detail, { field: 'host', seen: host, expected: hosts.join(', ') })
    }
    if (origin !== undefined && !SAFE_METHODS.includes(request.method) && !sameOrigin(origin, host)) {
      const detail = `${request.method} from a page of ${origin}: only pages of this server may change something.`
      return sendProblem(reply, 403, 'forbidden', detail, { field: 'origin', seen: origin })
    }
    return undefined
  })
}
