import type { IncomingHttpHeaders } from 'node:http'
import type { HttpAnswer } from './listener.ts'

/** On every answer: nothing here is a page, a frame or a script. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/** Whether a `Host` header names one of the patterns: exact, `*.example`, or `*`. The port does not count. */
export function hostAllowed(host: string | undefined, patterns: readonly string[]): boolean {
  if (patterns.includes('*')) return true
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(host ?? '')?.[1].toLowerCase()
  return name !== undefined && patterns.some(each => matches(name, each))
}

/** Whether an `Origin` is one of the list: exact, `https://*.example`, or `*`. */
export function originAllowed(origin: string, patterns: readonly string[]): boolean {
  const lower = origin.toLowerCase()
  return patterns.some(each => {
    if (each === '*' || each === lower) return true
    const [scheme, rest] = each.split('://*', 2)
    return (
      rest !== undefined && lower.startsWith(`${scheme}://`) && lower.endsWith(rest) && lower.length > each.length - 1
    )
  })
}

/** Whether a page of this very host sent the request. */
export function sameOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)
}

/** The headers that let the page of an allowed origin read the answer. */
export function corsHeaders(origin: string | undefined, patterns: readonly string[]): Readonly<Record<string, string>> {
  if (origin === undefined || !originAllowed(origin, patterns)) return {}
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after', vary: 'Origin' }
}

/** The answer to a preflight of an allowed origin. Exporters send headers of their users' choice, so those asked for are allowed. */
export function preflightAnswer(headers: IncomingHttpHeaders, methods: readonly string[]): HttpAnswer {
  const asked = headers['access-control-request-headers']
  return {
    status: 204,
    headers: {
      'access-control-allow-methods': methods.join(', '),
      ...(asked !== undefined && asked.length <= 2000 ? { 'access-control-allow-headers': asked } : {}),
      'access-control-max-age': '7200',
    },
  }
}

function matches(name: string, pattern: string): boolean {
  return pattern.startsWith('*.')
    ? name.endsWith(pattern.slice(1)) && name.length > pattern.length - 1
    : name === pattern
}
