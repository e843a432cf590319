// What can be done with all rows of the timeline at once.

import type { ReactNode } from 'react'
import type { MessageId } from '#app/i18n/en.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import { Button } from '#app/ui/Button.tsx'
import { Menu } from '#app/ui/Menu.tsx'
import { closeAll, foldLevel, openAll } from '#shared/trace/folding.ts'
import type { Folding } from '#shared/trace/folding.ts'
import type { Trace } from '#shared/trace/trace.ts'

export function RowsMenu(props: {
  readonly trace: Trace
  readonly folding: Folding
  readonly fold: (folding: Folding) => void
  /** Span that is looked at alone, and the one that could be; −1 for none. */
  readonly focus: number
  readonly selected: number
  readonly onFocus: (span: number) => void
  readonly mergeCalls: boolean
  readonly onMergeCalls: (merge: boolean) => void
}): ReactNode {
  const { trace, folding, fold, focus, selected, onFocus, mergeCalls, onMergeCalls } = props
  const say = useText()
  const act: Readonly<Record<string, () => void>> = {
    closeAll: () => fold(closeAll(folding)),
    openAll: () => fold(openAll(folding)),
    closeLevel: () => fold(foldLevel(trace, folding, -1)),
    openLevel: () => fold(foldLevel(trace, folding, 1)),
    folds: () => fold({ ...folding, folds: !folding.folds, unfolded: [] }),
    calls: () => onMergeCalls(!mergeCalls),
    focus: () => onFocus(selected),
    unfocus: () => onFocus(-1),
  }
  const keys: Readonly<Record<string, string>> = {
    closeAll: ']',
    openAll: '[',
    closeLevel: 'P',
    openLevel: 'O',
    folds: 'R',
    calls: 'M',
    focus: 'Shift+Z',
  }
  return (
    <Menu
      label={say('trace.menu.rows')}
      trigger={
        <Button look="quiet" size="small" hasPopup="menu">
          <Message id="trace.menu.rows" />
        </Button>
      }
      groups={[
        {
          key: 'rows',
          entries: Object.keys(act).map(key => ({
            key,
            text: say(
              key === 'folds' && !folding.folds
                ? 'trace.menu.foldAgain'
                : key === 'calls' && mergeCalls
                  ? 'trace.menu.splitCalls'
                  : (`command.trace.${key}` as MessageId),
            ),
            end: keys[key],
            command: `trace.${key}`,
            disabled: (key === 'focus' && (selected < 0 || selected === focus)) || (key === 'unfocus' && focus < 0),
          })),
        },
      ]}
      onAction={key => act[key]?.()}
    />
  )
}
