// What the self times beside a flame chart are summed up by, chosen from all that a trace can be grouped by.

import { useMemo } from 'react'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { Picker } from '#app/ui/Picker.tsx'
import { groupItems, groupKey, groupOf } from '#app/views/table/grouping.ts'
import { attributeKeys } from '#shared/trace/statistics-keys.ts'
import type { GroupBy } from '#shared/trace/statistics-keys.ts'
import type { Trace } from '#shared/trace/trace.ts'

export interface GroupPickerProps {
  readonly trace: Trace
  readonly by: GroupBy
  readonly onBy: (by: GroupBy) => void
}

export function GroupPicker({ trace, by, onBy }: GroupPickerProps): ReactNode {
  const say = useText()
  const keys = useMemo(() => attributeKeys(trace), [trace])
  return (
    <Picker
      label={say('views.groupBy')}
      hideLabel
      items={groupItems(keys, say)}
      selected={groupKey(by)}
      onSelect={chosen => onBy(groupOf(chosen) ?? { kind: 'service' })}
    />
  )
}
