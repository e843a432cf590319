// The graph in its place: laid out by the worker, with zoom buttons and the key to its marks. On a phone only the focus and
// its neighbours are drawn.

import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ReactNode, Ref } from 'react'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { useLocale, useText } from '#app/i18n/Message.tsx'
import { formatLargeCount, formatShare } from '#app/i18n/format.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { ProblemNote } from '#app/ui/ProblemNote.tsx'
import { LoadingLines } from '#app/ui/States.tsx'
import { useMediaQuery } from '#app/ui/use-media-query.ts'
import { ServiceGraph } from '#app/views/service-graph/ServiceGraph.tsx'
import type { ServiceGraphActions } from '#app/views/service-graph/ServiceGraph.tsx'
import { callsAround, serviceTotals } from '#app/views/service-graph/layout.ts'
import type { GraphNode, ServiceCall } from '#app/views/service-graph/layout.ts'
import styles from './Page.module.css'
import { graphLayoutQuery } from './graph-layout.ts'

export interface MapGraphProps {
  /** At least one. */
  readonly calls: readonly ServiceCall[]
  readonly focus: string | undefined
  readonly onFocus: (service: string) => void
  readonly actions: Ref<ServiceGraphActions>
}

/** More services than a phone can show at once. */
const NARROW_UP_TO = 6

export function MapGraph({ calls, focus, onFocus, actions }: MapGraphProps): ReactNode {
  const say = useText()
  const locale = useLocale()
  const narrow = useMediaQuery('(max-width: 640px)')
  const only = useMemo(() => (narrow ? onlyAround(calls, focus) : undefined), [narrow, calls, focus])
  const shown = useMemo(() => (only === undefined ? calls : callsAround(calls, only)), [calls, only])
  const laid = useQuery(graphLayoutQuery(shown))
  const words = {
    calls: (count: number) => formatLargeCount(count, locale),
    errors: (share: number) => formatShare(share, 1),
    entry: say('map.entry'),
  }
  if (laid.isError) {
    const tooLong = laid.error.name === 'TimeoutError'
    return (
      <div className={styles.graph}>
        <ProblemNote
          tone="warning"
          what={say('map.noLayout')}
          why={say('map.noLayout.why', { reason: tooLong ? say('map.noLayout.tooLong') : laid.error.message })}
          action={
            <CommandButton command="map.view" size="small">
              {say('map.table')}
            </CommandButton>
          }
        />
      </div>
    )
  }
  if (laid.data === undefined) {
    return (
      <div className={styles.graph}>
        <LoadingLines lines={10} />
      </div>
    )
  }
  const { nodes, edges } = laid.data
  return (
    <div className={styles.graph}>
      <ServiceGraph
        layout={laid.data}
        focus={focus}
        onFocus={onFocus}
        label={say('map.graph.label', { services: nodes.length, edges: edges.length })}
        listLabel={say('map.graph.list')}
        describe={({ name, callsIn, errorsIn }: GraphNode) =>
          callsIn === 0
            ? say('map.node.entry', { name })
            : say('map.node.called', { name, calls: callsIn, errors: errorsIn })
        }
        words={words}
        actions={actions}
      />
      <div className={styles.zoom}>
        <CommandButton command="map.zoomIn" look="quiet" size="icon">
          <Icon name="plus" />
        </CommandButton>
        <CommandButton command="map.zoomOut" look="quiet" size="icon">
          <Icon name="minus" />
        </CommandButton>
        <CommandButton command="map.fit" look="quiet" size="icon">
          <Icon name="ring" />
        </CommandButton>
      </div>
      <ul className={styles.key} aria-label={say('map.key')}>
        {only === undefined ? (
          <>
            <li>
              <i className={styles.widths} aria-hidden="true" /> {say('map.key.calls')}
            </li>
            <li className="err">
              <Icon name="error" size={9} /> {say('map.key.errors')}
            </li>
          </>
        ) : (
          <li>{say('map.narrow', { name: only })}</li>
        )}
      </ul>
    </div>
  )
}

/** The service that a narrow screen is drawn around: the focus, else the busiest; undefined when all have room. */
function onlyAround(calls: readonly ServiceCall[], focus: string | undefined): string | undefined {
  const services = serviceTotals(calls)
  if (services.length <= NARROW_UP_TO) return undefined
  if (services.some(({ name }) => name === focus)) return focus
  return services.reduce((busiest, one) =>
    one.callsIn + one.callsOut > busiest.callsIn + busiest.callsOut ? one : busiest,
  ).name
}
