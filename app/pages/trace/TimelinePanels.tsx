// The panels of the timeline's tools, with their words: fetched when the first of them is opened.

import type { ReactNode } from 'react'
import { LaterCatalogue, LaterWords } from '#app/i18n/later/LaterWords.tsx'
import { loadTraceViewsWords } from '#app/i18n/later/words.ts'
import { ColumnsPanel } from './ColumnsPanel.tsx'
import type { ColumnsPanelProps } from './ColumnsPanel.tsx'
import { FilterPanel } from './FilterPanel.tsx'
import type { FilterPanelProps } from './FilterPanel.tsx'

export type TimelinePanelsProps =
  | ({ readonly panel: 'filter' } & FilterPanelProps)
  | ({ readonly panel: 'columns' } & ColumnsPanelProps)

const words = new LaterCatalogue(loadTraceViewsWords)

export function TimelinePanels(props: TimelinePanelsProps): ReactNode {
  return (
    <LaterWords catalogue={words}>
      {props.panel === 'filter' ? <FilterPanel {...props} /> : <ColumnsPanel {...props} />}
    </LaterWords>
  )
}
