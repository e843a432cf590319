// The one Trusted Types policy: it lets through the addresses of our own workers and nothing else.

import { TRUSTED_TYPES_POLICY } from '#shared/api/content-security-policy.ts'

interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown }
}

let policy: { createScriptURL(url: string): unknown } | undefined

/** Whether `url` may be a worker's: same origin, no other scheme than the page's. */
export function isOwnScript(url: string, base: string): boolean {
  const { origin, protocol } = new URL(url, base)
  return origin === new URL(base).origin && (protocol === 'http:' || protocol === 'https:')
}

/** `url` as `new Worker` takes it under our content security policy. Throws for another origin. */
export function workerUrl(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory }
  const check = (text: string): string => {
    if (!isOwnScript(text, document.baseURI)) throw new TypeError(`${text} is not a worker of this page`)
    return new URL(text, document.baseURI).href
  }
  if (trustedTypes === undefined) return check(url)
  policy ??= trustedTypes.createPolicy(TRUSTED_TYPES_POLICY, { createScriptURL: check })
  // A TrustedScriptURL: what the DOM's types still call a string.
  return policy.createScriptURL(url) as string
}

/** Starts the worker whose address is `script`. Throws for another origin. */
export function createWorker(script: string): Worker {
  return new Worker(workerUrl(script), { type: 'module' })
}
