// How components get their words: `<Message id>` where markup may stand, `useText()` where a plain string is needed
// (aria-label, title, placeholder). Every visible word goes through one of them.

import type { ReactNode } from 'react'
import { useIntl } from 'react-intl'
import type { MessageId } from './en.ts'
import type { Locale } from './locale.ts'

/** Values of a message without markup: numbers are formatted by the message (`#`), everything else before. */
export type TextValues = Readonly<Record<string, string | number | bigint>>

/**
 * Values of a message with markup: nodes, and for each tag of the message what it becomes. A value can't have the name of a
 * tag that every message may use: it would take the tag's place.
 */
export type MessageValues = Readonly<
  Record<string, string | number | bigint | ReactNode | ((children: ReactNode) => ReactNode)>
> & { readonly [Tag in keyof typeof TAGS]?: never }

/** Formats a message as plain text. */
export type Text = (id: MessageId, values?: TextValues) => string

/** Tags every message may use. `<b>`, `<code>`, `<faint>`; links are named by the message and given by the component. */
const TAGS = {
  b: (children: ReactNode) => <b>{children}</b>,
  code: (children: ReactNode) => <code>{children}</code>,
  faint: (children: ReactNode) => <span className="faint">{children}</span>,
}

/** Formats messages as plain text in the language in force. */
export function useText(): Text {
  const intl = useIntl()
  return (id, values) => String(intl.formatMessage({ id }, values as Record<string, string | number>))
}

/** The language in force, for `formatLargeCount`, `formatDay` and sorting. */
export function useLocale(): Locale {
  return useIntl().locale as Locale
}

/**
 * One message, with markup. Throws when a part or a tag of the message has no value: the error page names it.
 * Array results are keyed, so that React does not ask.
 */
export function Message({ id, values }: { readonly id: MessageId; readonly values?: MessageValues }): ReactNode {
  const intl = useIntl()
  const wrapped: Record<string, unknown> = { ...TAGS }
  for (const [name, value] of Object.entries(values ?? {})) {
    wrapped[name] = typeof value === 'function' ? (chunks: ReactNode) => value(chunks) : value
  }
  return intl.formatMessage({ id }, wrapped as Record<string, ReactNode>)
}
