// What the bars are coloured by.

import { useMemo } from 'react'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { Button } from '#app/ui/Button.tsx'
import { Menu } from '#app/ui/Menu.tsx'
import { colourKeys } from '#app/views/timeline/span-colours.ts'
import type { ColourBy } from '#app/views/timeline/span-colours.ts'
import type { Trace } from '#shared/trace/trace.ts'

export interface ColourMenuProps {
  readonly trace: Trace
  readonly by: ColourBy
  readonly onChange: (by: ColourBy) => void
}

const KINDS = ['service', 'self', 'percentile'] as const

export function ColourMenu({ trace, by, onChange }: ColourMenuProps): ReactNode {
  const say = useText()
  const keys = useMemo(() => colourKeys(trace), [trace])
  const chosen = by.kind === 'attribute' ? by.key : undefined
  const offered = chosen === undefined || keys.includes(chosen) ? keys : [chosen, ...keys]
  const name = by.kind === 'attribute' ? by.key : say(`trace.colour.${by.kind}`)
  return (
    <Menu
      label={say('trace.colour', { by: name })}
      trigger={
        <Button look="quiet" size="small" hasPopup="menu">
          {say('trace.colour', { by: name })}
        </Button>
      }
      groups={[
        {
          key: 'own',
          entries: KINDS.map(kind => ({
            key: kind,
            text: say(`trace.colour.${kind}`),
            current: by.kind === kind,
            command: 'trace.colour',
          })),
        },
        {
          key: 'attributes',
          entries: offered.map(key => ({
            key: `.${key}`,
            text: key,
            current: key === chosen,
            command: 'trace.colour',
          })),
        },
      ]}
      onAction={key => {
        const kind = KINDS.find(one => one === key)
        if (kind !== undefined) onChange({ kind })
        else onChange({ kind: 'attribute', key: key.slice(1) })
      }}
    />
  )
}
