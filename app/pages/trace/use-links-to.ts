// Links into the trace from others, as far as they are known: asked for once the trace is whole.

import { useQuery } from '@tanstack/react-query'
import type { LoadedTrace } from '#app/api/loaded-trace.ts'
import { linksToQuery } from '#app/api/links-to.ts'
import type { IncomingLinks } from '#shared/spans/incoming-links.ts'
import { useIsOfFile } from './use-is-of-file.ts'

/** Undefined: not known yet, or nobody could be asked. */
export function useLinksTo({ trace, whole }: LoadedTrace): IncomingLinks | undefined {
  const isOfFile = useIsOfFile(trace.traceId)
  const { data } = useQuery({
    ...linksToQuery(trace.traceId ?? '', isOfFile),
    enabled: whole && trace.traceId !== undefined,
  })
  return data
}
