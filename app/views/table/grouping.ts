// Names of groupings, as addresses and lists have them.

import type { Text } from '#app/i18n/Message.tsx'
import { formatCount } from '#app/i18n/format.ts'
import type { PickerItem } from '#app/ui/Picker.tsx'
import type { AttributeKey, GroupBy } from '#shared/trace/statistics-keys.ts'

export const FIXED_GROUPS = ['service', 'name', 'kind', 'status'] as const

/** Name of a grouping in lists and addresses: attributes begin with `@`. */
export function groupKey(by: GroupBy): string {
  return by.kind === 'attribute' ? `@${by.key}` : by.kind
}

/** The other way; undefined for what is none. */
export function groupOf(text: string | undefined): GroupBy | undefined {
  if (text === undefined) return undefined
  const fixed = FIXED_GROUPS.find(kind => kind === text)
  if (fixed !== undefined) return { kind: fixed }
  return text.length > 1 && text.startsWith('@') ? { kind: 'attribute', key: text.slice(1) } : undefined
}

/** All that a trace can be grouped by, for a list to choose from. */
export function groupItems(keys: readonly AttributeKey[], say: Text): readonly PickerItem[] {
  return [
    ...FIXED_GROUPS.map(key => ({ key, text: say(`views.by.${key}`) })),
    ...keys.map(({ key, count }) => ({ key: `@${key}`, text: key, end: formatCount(count) })),
  ]
}
