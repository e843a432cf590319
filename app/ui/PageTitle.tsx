import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'

/** The document's title: `1.84 s · POST /api/checkout · Spoor`. React lifts it into <head>; one a page. */
export function PageTitle({ children }: { readonly children: string }): ReactNode {
  const say = useText()
  return <title>{say('shell.title', { page: children })}</title>
}
