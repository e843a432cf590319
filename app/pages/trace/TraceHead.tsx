// Head of the page: what trace this is, when, how large, and the sentence.

import { lazy, Suspense, useMemo } from 'react'
import type { ReactNode } from 'react'
import type { LoadedTrace } from '#app/api/loaded-trace.ts'
import { useUiConfig } from '#app/api/ui-config.ts'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { useLocale, useText } from '#app/i18n/Message.tsx'
import { formatClock, formatDay, formatZone } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { ServiceName } from '#app/ui/ServiceName.tsx'
import { compileLinks } from '#shared/trace/link-patterns.ts'
import { mainRoot, spanName } from '#shared/trace/trace.ts'
import styles from './TraceHead.module.css'
import { TraceSentence } from './TraceSentence.tsx'
import { traceLookup } from './trace-links.ts'

const HeadActions = lazy(async () => ({ default: (await import('./HeadActions.tsx')).HeadActions }))

const LinkedFrom = lazy(async () => ({ default: (await import('./LinkedFrom.tsx')).LinkedFrom }))

const TracePeers = lazy(async () => ({ default: (await import('./TracePeers.tsx')).TracePeers }))

export interface TraceHeadProps {
  readonly id: string
  readonly loaded: LoadedTrace
  /** Spans that came since the page was opened. */
  readonly late: number
  /** Index of the selected span; −1: none. */
  readonly selected: number
  readonly services: readonly string[]
  readonly spanHref: (span: number) => string
  readonly onSpan: (span: number) => void
}

export function TraceHead({ id, loaded, late, selected, services, spanHref, onSpan }: TraceHeadProps): ReactNode {
  const { trace, summary } = loaded
  const say = useText()
  const zone = useTimeZone()
  const locale = useLocale()
  const root = mainRoot(trace)
  const name = root < 0 ? '' : spanName(trace, root)
  const { linkPatterns } = useUiConfig()
  const links = useMemo(() => compileLinks(linkPatterns).ofTrace(traceLookup(trace, id)), [linkPatterns, trace, id])
  const whole = !trace.problems.some(({ kind }) => kind === 'missing_parent')
  return (
    <div className={styles.head}>
      <div className={styles.title}>
        {root >= 0 && <ServiceName name={services[trace.service[root]]} />}
        <h1 className="cut" title={name}>
          {name === '' ? say('trace.unnamed') : name}
        </h1>
        <span className={styles.facts}>
          <span>
            {formatDay(trace.startTime, zone, locale)} {formatClock(trace.startTime, zone)}{' '}
            <span className="faint">{formatZone(trace.startTime, zone)}</span>
          </span>
          <span>{say('trace.spans', { count: summary.spanCount })}</span>
          {late > 0 && <span role="status">{say('trace.late', { count: late })}</span>}
          {whole ? (
            <span className="okc">
              <Icon name="ok" size={10} /> {say('trace.complete')}
            </span>
          ) : (
            <span className="warn">
              <Icon name="warn" size={10} /> {say('trace.incomplete')}
            </span>
          )}
          <Suspense fallback={null}>
            <TracePeers trace={trace} />
            <LinkedFrom loaded={loaded} />
          </Suspense>
          {links.map(link => (
            <a key={link.href} href={link.href} target="_blank" rel="noreferrer">
              {link.text}
            </a>
          ))}
          <code className="faint" title={id}>
            {(trace.traceId ?? id).slice(0, 16)}
          </code>
        </span>
      </div>
      <div className={styles.acts}>
        <CommandButton command="trace.copyLink" look="quiet" showKey />
        <Suspense fallback={null}>
          <HeadActions id={id} trace={trace} selected={selected} />
        </Suspense>
      </div>
      <TraceSentence trace={trace} summary={summary} services={services} spanHref={spanHref} onSpan={onSpan} />
    </div>
  )
}
