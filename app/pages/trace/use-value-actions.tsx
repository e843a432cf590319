// What the page does with an attribute's value: in this trace by its address, elsewhere by the search page.

import { useNavigate } from '@tanstack/react-router'
import type { MessageId } from '#app/i18n/en.ts'
import { Message } from '#app/i18n/Message.tsx'
import { useToast } from '#app/ui/Toast.tsx'
import { formatFindPair } from '#shared/trace/find-terms.ts'
import type { TraceUrl } from './url.ts'
import type { ChangeUrl } from './use-trace-screen.ts'
import type { ValueActions } from './value-actions.ts'

/** Copies, and says so in a toast with the words `done`. */
export function useCopy(): (text: string, done: MessageId) => Promise<void> {
  const toast = useToast()
  return async (text, done) => {
    try {
      await navigator.clipboard.writeText(text)
      toast({ tone: 'ok', content: <Message id={done} /> })
    } catch {
      toast({ tone: 'error', content: <Message id="ui.notCopied" /> })
    }
  }
}

export function useValueActions(url: TraceUrl, change: ChangeUrl): ValueActions {
  const navigate = useNavigate()
  const copy = useCopy()
  const columns = url.columns ?? []
  return {
    find: (key, value) => change({ find: formatFindPair(key, value) }),
    colour: key => change({ colourBy: { kind: 'attribute', key } }),
    columns,
    column: key => {
      const others = columns.filter(one => one !== key)
      const next = others.length < columns.length ? others : [...columns, key]
      change({ columns: next.length === 0 ? undefined : next })
    },
    only: (key, value) => change({ filter: [...url.filter, formatFindPair(key, value)] }),
    hide: (key, value) => change({ filter: [...url.filter, formatFindPair(key, value, '!=')] }),
    search: (key, value, service) => {
      const tags = JSON.stringify({ [key]: value })
      void navigate({ to: '/search', search: service === undefined ? { tags } : { service, tags } })
    },
    copy: text => void copy(text, 'trace.detail.copied'),
  }
}
