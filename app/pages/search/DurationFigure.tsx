// The scatter above the table, over the traces found.

import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatDuration } from '#app/i18n/format.ts'
import { formatClock } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { Scatter } from '#app/views/scatter/Scatter.tsx'
import type { ScatterPoint } from '#app/views/scatter/layout.ts'
import type { Light } from '#app/views/scatter/light.ts'
import type { TraceSummaryJson } from '#shared/api/spoor.ts'
import styles from './DurationFigure.module.css'
import { traceDuration } from './trace-duration.ts'

export function DurationFigure(props: {
  readonly traces: readonly TraceSummaryJson[]
  readonly light: Light
}): ReactNode {
  const { traces, light } = props
  const say = useText()
  const zone = useTimeZone()
  const navigate = useNavigate()
  const points = useMemo(
    () =>
      traces.map((trace): ScatterPoint => ({
        id: trace.traceId,
        start: BigInt(trace.startTime),
        duration: traceDuration(trace),
        spans: trace.spanCount,
        hasErrors: trace.errorCount > 0,
      })),
    [traces],
  )
  const durations = points.map(({ duration }) => duration).sort((a, b) => a - b)
  const tip = (id: string): ReactNode => {
    const trace = traces.find(({ traceId }) => traceId === id)
    if (trace === undefined) return null
    return (
      <>
        <Message
          id="search.scatter.tip"
          values={{ name: trace.root.name, service: trace.root.service ?? say('search.noService') }}
        />
        <br />
        {say('search.scatter.facts', {
          duration: formatDuration(traceDuration(trace)),
          spans: say('search.spans', { count: trace.spanCount }),
          errors: trace.errorCount,
          start: formatClock(BigInt(trace.startTime), zone),
        })}
      </>
    )
  }
  return (
    <figure className={styles.figure}>
      <Caption />
      <Scatter
        points={points}
        zone={zone}
        light={light}
        label={say('search.scatter.label', {
          count: points.length,
          least: formatDuration(durations[0] ?? 0),
          most: formatDuration(durations.at(-1) ?? 0),
          errors: points.filter(({ hasErrors }) => hasErrors).length,
        })}
        onOpen={id => void navigate({ to: `/trace/${id}` })}
        tip={tip}
      />
    </figure>
  )
}

/** Its place while nothing is known yet: what comes moves nothing. */
export function DurationFigurePlace(): ReactNode {
  return (
    <figure className={styles.figure}>
      <Caption />
      <div className={styles.blank} />
    </figure>
  )
}

function Caption(): ReactNode {
  const say = useText()
  return (
    <figcaption className={styles.caption}>
      <span className="cut">
        <Message id="search.scatter.title" />
      </span>
      <span className="grow" />
      <span className={styles.sizes} aria-hidden="true">
        10
        <svg viewBox="0 0 46 14">
          <circle cx="5" cy="7" r="3.3" />
          <circle cx="18" cy="7" r="5.2" />
          <circle cx="36" cy="7" r="7" />
        </svg>
        {say('search.scatter.spans')}
      </span>
      <span className={styles.errors}>
        <span className="err">
          <Icon name="error" size={8} />
        </span>
        {say('search.scatter.errors')}
      </span>
    </figcaption>
  )
}
