// Why a side can't be compared: which one, what was looked for, what can be done.

import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ApiError } from '#app/api/fetch-json.ts'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { Message, useText } from '#app/i18n/Message.tsx'
import { Button, buttonClass } from '#app/ui/Button.tsx'
import { EmptyState, ErrorState } from '#app/ui/States.tsx'
import styles from './Page.module.css'
import type { ComparedSide } from './side.ts'

/** Nothing when the side is there or on its way. */
export function SideProblem({ side, other }: { readonly side: ComparedSide; readonly other: ComparedSide }): ReactNode {
  const say = useText()
  const { letter, id, text, error, loaded } = side
  if (side.pending || (loaded !== undefined && loaded.trace.size > 0)) return null
  const ways = (
    <>
      {other.id !== undefined && (
        <CommandButton command={letter === 'A' ? 'compare.chooseA' : 'compare.chooseB'} look="plain" size="small">
          {say('compare.choose.title', { side: letter })}
        </CommandButton>
      )}
      {other.id !== undefined && other.loaded !== undefined && (
        <Link to={`/trace/${other.id}`} className={buttonClass('plain', 'small')}>
          {say('compare.openOther', { side: other.letter })}
        </Link>
      )}
      <Link to="/search" className={buttonClass('plain', 'small')}>
        {say('compare.search')}
      </Link>
    </>
  )
  const short = text.length > 80 ? `${text.slice(0, 80)}…` : text
  return (
    <div className={styles.place}>
      {id === undefined ? (
        <EmptyState title={say('compare.bad', { side: letter })} actions={ways}>
          {text === '' ? <Message id="compare.bad.empty" /> : <Message id="compare.bad.why" values={{ text: short }} />}
        </EmptyState>
      ) : error instanceof ApiError && error.code === 'trace_not_found' ? (
        <EmptyState title={say('compare.missing', { side: letter })} actions={ways}>
          <Message id="compare.missing.why" values={{ id }} />
        </EmptyState>
      ) : error === undefined ? (
        <EmptyState title={say('compare.empty', { side: letter })} actions={ways} />
      ) : (
        <ErrorState
          title={say('compare.failed', { side: letter })}
          actions={
            <>
              <Button size="small" command="compare.again" onPress={side.again}>
                {say('ui.tryAgain')}
              </Button>
              {ways}
            </>
          }
        >
          {error.message}
        </ErrorState>
      )}
    </div>
  )
}
