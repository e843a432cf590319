import { Link, useLocation } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { buttonClass } from '#app/ui/Button.tsx'
import { PageTitle } from '#app/ui/PageTitle.tsx'
import { EmptyState } from '#app/ui/States.tsx'
import styles from './Shell.module.css'

/** For an address that no page has. */
export function NotFoundPage(): ReactNode {
  const say = useText()
  const path = useLocation({ select: location => location.pathname })
  return (
    <div className={styles.message}>
      <PageTitle>{say('page.notFound.title')}</PageTitle>
      <EmptyState
        title={<Message id="page.notFound.title" />}
        actions={
          <Link to="/search" className={buttonClass()}>
            <Message id="page.toSearch" />
          </Link>
        }
      >
        <Message id="page.notFound.why" values={{ path: path.length > 200 ? `${path.slice(0, 200)}…` : path }} />
      </EmptyState>
    </div>
  )
}
