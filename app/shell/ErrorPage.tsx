import type { ErrorComponentProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { Button } from '#app/ui/Button.tsx'
import { CopyButton } from '#app/ui/CopyButton.tsx'
import { PageTitle } from '#app/ui/PageTitle.tsx'
import { ErrorState } from '#app/ui/States.tsx'
import styles from './Shell.module.css'

/** In the place of a page that threw: the frame stays, the next navigation starts afresh. */
export function ErrorPage({ error: thrown }: ErrorComponentProps): ReactNode {
  const say = useText()
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const message = error.message === '' ? error.name : error.message
  return (
    <div className={styles.message}>
      <PageTitle>{say('page.error.title')}</PageTitle>
      <ErrorState
        title={<Message id="page.error.title" />}
        actions={
          <>
            <Button onPress={() => window.location.reload()}>
              <Message id="page.error.reload" />
            </Button>
            <CopyButton
              look="quiet"
              text={() => `${window.location.href}\n${navigator.userAgent}\n${error.stack ?? message}`}
            >
              <Message id="page.error.copy" />
            </CopyButton>
          </>
        }
      >
        <Message id="page.error.why" values={{ message }} />
      </ErrorState>
    </div>
  )
}
