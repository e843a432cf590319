// About: fetches what the server says of itself while it opens. Part of the frame by the router; loaded when first opened.

import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { statusQuery } from '#app/api/status.ts'
import { AboutView } from './AboutView.tsx'

export function AboutDialog(props: { readonly open: boolean; readonly onClose: () => void }): ReactNode {
  const { data, isError } = useQuery({ ...statusQuery, enabled: props.open })
  return <AboutView open={props.open} onClose={props.onClose} status={data} unknown={isError} base={document.baseURI} />
}
