/** Who may ask on the query and admin ports: the Host rule, the Origin rule, and the headers of every answer. */
import type { FastifyInstance } from 'fastify'
import { hostAllowed, sameOrigin } from '#server/transport/http-access.ts'
import { CONTENT_SECURITY_POLICY, formatContentSecurityPolicy } from '#shared/api/content-security-policy.ts'
import { sendProblem } from './answers.ts'

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/** Puts the rules in front of all routes of `app`. `hosts`: names a `Host` header may carry, without port. */
export function guardAccess(app: FastifyInstance, hosts: readonly string[]): void {
  const policy = formatContentSecurityPolicy(CONTENT_SECURITY_POLICY)
  app.addHook('onRequest', async (request, reply) => {
    void reply
      .header('content-security-policy', policy)
      .header('x-content-type-options', 'nosniff')
      .header('x-frame-options', 'SAMEORIGIN')
      .header('referrer-policy', 'same-origin')
      .header('cross-origin-opener-policy', 'same-origin')
      .header('cross-origin-resource-policy', 'same-origin')
    const { host, origin } = request.headers
    if (!hostAllowed(host, hosts)) {
      const detail = `Host ${JSON.stringify(host ?? '')} is not a name of this server; --allowed-hosts adds names.`
      await sendProblem(reply, 403, 'forbidden', detail, { field: 'host', seen: host, expected: hosts.join(', ') })
      return
    }
    if (origin !== undefined && !SAFE_METHODS.includes(request.method) && !sameOrigin(origin, host)) {
      const detail = `${request.method} from a page of ${origin}: only pages of this server may change something.`
      await sendProblem(reply, 403, 'forbidden', detail, { field: 'origin', seen: origin })
    }
  })
}
