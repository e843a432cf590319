import type { MouseEvent, ReactNode } from 'react'
import { Message, useLocale } from '#app/i18n/Message.tsx'
import { formatDuration, formatShare } from '#app/i18n/format.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { mainRoot, spanName } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'
import type { TraceSummary } from '#shared/trace/summary.ts'
import styles from './TraceHead.module.css'

export interface TraceSentenceProps {
  readonly trace: Trace
  readonly summary: TraceSummary
  readonly services: readonly string[]
  /** Address at which a span is selected. */
  readonly spanHref: (span: number) => string
  readonly onSpan: (span: number) => void
}

/** A service must do this part of the work to be named: below, nothing stands out. */
const WORTH_NAMING = 0.4

/** The line that answers first; its parts lead to the spans they are about. */
export function TraceSentence({ trace, summary, services, spanHref, onSpan }: TraceSentenceProps): ReactNode {
  // The full stop of Chinese brings its own space.
  const between = useLocale() === 'zh-CN' ? '' : ' '
  const { heaviest, repeated, firstError, followUp } = summary
  const link =
    (span: number, error = false) =>
    (children: ReactNode) => (
      <a
        href={spanHref(span)}
        className={error ? 'err' : undefined}
        onClick={(event: MouseEvent) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return
          event.preventDefault()
          onSpan(span)
        }}
      >
        {error && <Icon name="error" size={10} />}
        {children}
      </a>
    )
  const named = heaviest !== undefined && services.length > 1 && heaviest.share >= WORTH_NAMING
  const root = mainRoot(trace)
  return (
    <p className={styles.sentence}>
      <Message
        id={root >= 0 && trace.roots.length === 1 ? 'trace.say.answered' : 'trace.say.lasted'}
        values={{
          duration: formatDuration(trace.roots.length === 1 ? summary.answeredNs : trace.durationNs),
          services: services.length,
        }}
      />
      {between}
      {named && (
        <>
          <Message
            id="trace.say.work"
            values={{
              share: formatShare(heaviest.share),
              service: services[heaviest.service],
              link: link(heaviest.span),
            }}
          />
          {between}
        </>
      )}
      {repeated !== undefined && (
        <>
          <Message
            id={repeated.oneByOne ? 'trace.say.repeatedOneByOne' : 'trace.say.repeated'}
            values={{
              count: repeated.count,
              name: spanName(trace, repeated.span),
              total: formatDuration(repeated.totalNs),
              link: link(repeated.span),
            }}
          />
          {between}
        </>
      )}
      {firstError !== undefined && (
        <>
          <Message
            id="trace.say.error"
            values={{
              count: summary.errorCount,
              service: services[firstError.service],
              link: link(firstError.span, true),
            }}
          />
          {between}
        </>
      )}
      {firstError === undefined && repeated === undefined && <Message id="trace.say.nothing" />}
      {between}
      {followUp !== undefined && (
        <Message
          id="trace.say.followUp"
          values={{
            service: services[followUp.service],
            after: formatDuration(followUp.afterNs),
            link: link(followUp.span),
          }}
        />
      )}
    </p>
  )
}
