// What stands in the place of results: nothing matches, or the search failed.

import type { ReactNode } from 'react'
import { ApiError } from '#app/api/fetch-json.ts'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { useText } from '#app/i18n/Message.tsx'
import { Button } from '#app/ui/Button.tsx'
import { EmptyState, ErrorState } from '#app/ui/States.tsx'
import styles from './Page.module.css'
import type { SearchView } from './url.ts'

/** What was searched, and the changes that may find something. */
export function NothingFound(props: { readonly view: SearchView; readonly spanCount: number | undefined }): ReactNode {
  const { view, spanCount } = props
  const say = useText()
  const ranged = view.range.kind !== 'all'
  const hint = ranged ? say('search.nothing.range') : view.attributes.length > 1 ? say('search.nothing.attributes') : ''
  return (
    <div className={styles.place}>
      <EmptyState
        title={say('search.nothing')}
        actions={
          <>
            {ranged && <CommandButton command="search.widen" size="small" />}
            <CommandButton command="search.reset" size="small" />
          </>
        }
      >
        {spanCount === undefined
          ? say('search.nothing.whyAll')
          : say('search.nothing.why', { spans: say('search.spans', { count: spanCount }), hint })}
      </EmptyState>
    </div>
  )
}

/** What the server said, and another try. */
export function SearchFailed({ error, onAgain }: { readonly error: Error; readonly onAgain: () => void }): ReactNode {
  const say = useText()
  const network = error instanceof ApiError && error.code === 'network'
  return (
    <div className={styles.place}>
      <ErrorState
        title={network ? say('error.network') : say('search.failed')}
        actions={
          <Button size="small" command="search.again" onPress={onAgain}>
            {say('ui.tryAgain')}
          </Button>
        }
      >
        {network ? say('error.network.why', { detail: error.message }) : error.message}
      </ErrorState>
    </div>
  )
}
