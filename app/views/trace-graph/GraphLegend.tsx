// What the colours and lines of the graph of paths mean.

import { useMemo } from 'react'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { ServiceName } from '#app/ui/ServiceName.tsx'
import styles from './TraceGraph.module.css'
import type { Shade } from './draw.ts'
import { CONSUMER } from './drawn-paths.ts'
import type { DrawnPaths } from './drawn-paths.ts'

/** Services that the legend names; a node says its own. */
const MOST_NAMED = 4

/** What the lines mean, and in the mode of services the colours of the busiest. */
export function GraphLegend({ drawn, shade }: { readonly drawn: DrawnPaths; readonly shade: Shade }): ReactNode {
  const { counted, paths, figures, links } = drawn
  const { trace, services } = counted
  const say = useText()
  const busiest = useMemo(() => {
    const work = new Float64Array(services.length)
    for (let p = 0; p < paths.count; p++) work[trace.service[paths.first[p]]] += figures.self[p]
    return [...services.keys()].filter(s => work[s] > 0).sort((x, y) => work[y] - work[x])
  }, [services, trace, paths, figures])
  const queued = useMemo(
    () => paths.first.some(first => trace.table.kind[trace.row[first]] === CONSUMER),
    [paths, trace],
  )
  return (
    <ul className={styles.legend} aria-label={say('views.graph.legend')}>
      {shade === 'service' &&
        busiest.slice(0, MOST_NAMED).map(service => (
          <li key={service}>
            <ServiceName name={services[service]} faint />
          </li>
        ))}
      {shade === 'service' && busiest.length > MOST_NAMED && <li>+{busiest.length - MOST_NAMED}</li>}
      {shade === 'errors' && (
        <li>
          <span className="err">
            <Icon name="error" size={8} />
          </span>{' '}
          {say('views.graph.failed')}
        </li>
      )}
      {drawn.criticalBelow.some(ns => ns > 0) && (
        <li>
          <i data-line="critical" /> {say('views.graph.onCritical')}
        </li>
      )}
      {queued && (
        <li>
          <i data-line="queue" /> {say('views.graph.queue')}
        </li>
      )}
      {links.length > 0 && (
        <li>
          <i data-line="link" /> {say('views.graph.link')}
        </li>
      )}
    </ul>
  )
}
