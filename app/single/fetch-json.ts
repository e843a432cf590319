// What stands in for app/api/fetch-json.ts in the single file: it has no server, and asks none.

import { ApiError } from '#app/api/fetch-json.ts'

export { ApiError, apiUrl } from '#app/api/fetch-json.ts'
export type { ApiErrorCode, ApiErrorParts } from '#app/api/fetch-json.ts'

/** There is none to send spans to. */
export const HAS_SERVER = false

/** Rejects: nothing that is not in an open file can be shown here. */
export function fetchJson(): Promise<never> {
  return noServer()
}

/** As `fetchJson`. */
export function fetchOk(): Promise<never> {
  return noServer()
}

function noServer(): Promise<never> {
  const detail = 'this page has no server; it shows what is in the files that are open in it'
  return Promise.reject(new ApiError({ code: 'unreadable', status: 0, detail }))
}
