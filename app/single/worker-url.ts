// What stands in for app/api/worker-url.ts in the single file: its workers are texts inside it, and their addresses blobs.

import { TRUSTED_TYPES_POLICY } from '#shared/api/content-security-policy.ts'

interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown }
}

let policy: { createScriptURL(url: string): unknown } | undefined

/** Starts the worker whose address is `url`, a blob of this page. A page from a disk may start classic ones only. */
export function createWorker(url: string): Worker {
  const check = (text: string): string => {
    if (!text.startsWith('blob:')) throw new TypeError(`${text} is not a worker of this page`)
    return text
  }
  const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory }
  if (trustedTypes === undefined) return new Worker(check(url))
  policy ??= trustedTypes.createPolicy(TRUSTED_TYPES_POLICY, { createScriptURL: check })
  // A TrustedScriptURL: what the DOM's types still call a string.
  return new Worker(policy.createScriptURL(url) as string)
}
