import type { MouseEvent, ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatDuration, formatShare } from '#app/i18n/format.ts'
import { Icon } from '#app/ui/Icon.tsx'
import type { Finding } from '#shared/trace/findings/finding.ts'
import { spanName, statusMessageOf } from '#shared/trace/trace.ts'
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

/** A service must hold this part of the time to be named: below, nothing stands out. */
const WORTH_NAMING = 0.4
/** Names and messages that are longer are cut: the span that the link leads to has all of it. */
const MOST_TEXT = 80

type Link = (children: ReactNode) => ReactNode

/** The line that answers first; its parts lead to the spans they are about. */
export function TraceSentence(props: TraceSentenceProps): ReactNode {
  const { trace, summary, spanHref, onSpan } = props
  const { heaviest, findings, followUp, root } = summary
  const services = props.services.map(cut)
  const link =
    (span: number, error = false): Link =>
    children => (
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
  const isAnswer = root >= 0 && trace.roots.length === 1
  return (
    <p className={styles.sentence}>
      <Message
        id={isAnswer ? 'trace.say.answered' : 'trace.say.lasted'}
        values={{
          duration: formatDuration(isAnswer ? summary.answeredNs : trace.durationNs),
          services: services.length,
        }}
      />{' '}
      {named && (
        <>
          <Message
            id="trace.say.work"
            values={{
              share: formatShare(heaviest.share),
              service: services[heaviest.service],
              link: link(heaviest.span),
            }}
          />{' '}
        </>
      )}
      {findings.map((finding, at) => (
        <span key={at} data-finding={finding.kind}>
          <FindingText finding={finding} trace={trace} services={services} link={link} />{' '}
        </span>
      ))}
      {findings.length === 0 && <Message id="trace.say.nothing" />}{' '}
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

interface FindingTextProps {
  readonly finding: Finding
  readonly trace: Trace
  readonly services: readonly string[]
  readonly link: (span: number, error?: boolean) => Link
}

function FindingText({ finding, trace, services, link }: FindingTextProps): ReactNode {
  const { span } = finding
  const say = useText()
  const name = (i: number): string => cut(spanName(trace, i)) || say('trace.unnamed')
  const values = {
    name: name(span),
    service: services[trace.service[span]],
    time: formatDuration(finding.ns),
    share: formatShare(finding.share),
    link: link(span),
  }
  switch (finding.kind) {
    case 'slow_span':
      return <Message id="trace.say.slowSpan" values={values} />
    case 'gap':
      return finding.before < 0 ? (
        <Message id="trace.say.gapToEnd" values={values} />
      ) : (
        <Message id="trace.say.gap" values={{ ...values, before: name(finding.before), next: link(finding.before) }} />
      )
    case 'repeated':
      return (
        <Message
          id={finding.oneByOne ? 'trace.say.repeatedOneByOne' : 'trace.say.repeated'}
          values={{ ...values, count: finding.count, parents: finding.parents, total: formatDuration(finding.totalNs) }}
        />
      )
    case 'retries': {
      const more = {
        ...values,
        failed: finding.failed,
        origin: services[trace.service[finding.origin]],
        cause: link(finding.origin, true),
      }
      return <Message id={finding.recovered ? 'trace.say.retried' : 'trace.say.givenUp'} values={more} />
    }
    case 'cache':
      return <Message id="trace.say.cache" values={{ ...values, misses: finding.misses, lookups: finding.lookups }} />
    case 'error': {
      const message = cut(statusMessageOf(trace, span))
      const more = { ...values, count: finding.count, message, link: link(span, true) }
      if (!finding.failed)
        return <Message id={message === '' ? 'trace.say.error' : 'trace.say.errorText'} values={more} />
      return <Message id={message === '' ? 'trace.say.failed' : 'trace.say.failedText'} values={more} />
    }
    case 'missing':
      return finding.service === undefined ? (
        <Message id="trace.say.missing" values={{ ...values, count: finding.count }} />
      ) : (
        <Message
          id="trace.say.missingService"
          values={{ ...values, count: finding.count, missing: cut(finding.service) }}
        />
      )
  }
}

function cut(text: string): string {
  const letters = Array.from(text.slice(0, MOST_TEXT * 2))
  return letters.length <= MOST_TEXT ? letters.join('') : `${letters.slice(0, MOST_TEXT - 1).join('')}…`
}
