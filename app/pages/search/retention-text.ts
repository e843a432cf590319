import { formatBytes, formatDuration } from '#app/i18n/format.ts'
import type { StatusAnswer } from '#shared/api/spoor.ts'

/** `7 d / 20 GB`; '' when nothing limits what is kept. */
export function retentionText({ retentionAgeMs, retentionBytes }: StatusAnswer['store']): string {
  const parts = []
  if (retentionAgeMs > 0) parts.push(formatDuration(retentionAgeMs * 1e6))
  if (retentionBytes > 0) parts.push(formatBytes(retentionBytes, 'decimal'))
  return parts.join(' / ')
}
