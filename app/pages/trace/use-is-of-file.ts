// Whether a trace is one of an open file: then the store is not asked about it.

import { useOpenFiles } from '#app/api/open-files.ts'

/** `traceId` undefined: it has none. */
export function useIsOfFile(traceId: string | undefined): boolean {
  return useOpenFiles(({ files }) =>
    files.some(({ state }) => state.kind === 'open' && traceId !== undefined && state.traceIds.has(traceId)),
  )
}
