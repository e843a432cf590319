// Whether a trace is one of an open file: then the store is not asked about it.

import { isOfOpenFile, useOpenFiles } from '#app/api/open-files.ts'

/** `traceId` undefined: it has none. */
export function useIsOfFile(traceId: string | undefined): boolean {
  return useOpenFiles(({ files }) => traceId !== undefined && isOfOpenFile(files, traceId))
}
