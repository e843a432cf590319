import type { TraceSummaryJson } from '#shared/api/spoor.ts'

/** First start to last end of a found trace, ns; exact to 104 days. */
export function traceDuration({ startTime, endTime }: TraceSummaryJson): number {
  return Number(BigInt(endTime) - BigInt(startTime))
}
