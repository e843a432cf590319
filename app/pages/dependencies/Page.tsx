// The map: who calls whom in a time range, as a graph and as its table, and one service in focus beside them.

import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { dependenciesQuery } from '#app/api/dependencies.ts'
import { ApiError } from '#app/api/fetch-json.ts'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { useCommands } from '#app/commands/CommandsProvider.tsx'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatZone } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Foot, Wide } from '#app/ui/Lines.tsx'
import { PageTitle } from '#app/ui/PageTitle.tsx'
import { EmptyState, ErrorState, LoadingLines } from '#app/ui/States.tsx'
import { classNames } from '#app/ui/class-names.ts'
import type { ServiceGraphActions } from '#app/views/service-graph/ServiceGraph.tsx'
import { serviceTotals } from '#app/views/service-graph/layout.ts'
import type { ServiceCall } from '#app/views/service-graph/layout.ts'
import type { RawSearch } from '#shared/api/raw-search.ts'
import { CallTable } from './CallTable.tsx'
import { FocusPanel } from './FocusPanel.tsx'
import { MapGraph } from './MapGraph.tsx'
import { MapTools } from './MapTools.tsx'
import styles from './Page.module.css'
import { format, parse, rangeOf } from './url.ts'
import type { MapView } from './url.ts'

export function Page(): ReactNode {
  const raw = useSearch({ strict: false }) as RawSearch
  const view = useMemo(() => parse(raw), [raw])
  const navigate = useNavigate()
  const go = (next: MapView): void => void navigate({ to: '.', search: format(next), replace: true })
  const say = useText()
  const zone = useTimeZone()
  const [openedMs] = useState(Date.now)
  const graph = useRef<ServiceGraphActions>(null)
  const found = useQuery(dependenciesQuery(rangeOf(view)))
  const calls = found.data?.edges
  const drawn = view.view === 'graph' && calls !== undefined && calls.length > 0
  const ranged = view.lookback !== undefined || view.start !== undefined || view.end !== undefined

  useCommands([
    {
      id: 'map.view',
      title: 'command.map.view',
      group: 'page',
      keys: ['v'],
      run: () => go({ ...view, view: view.view === 'graph' ? 'table' : 'graph' }),
    },
    { id: 'map.again', title: 'command.map.again', group: 'page', keys: ['r'], run: () => void found.refetch() },
    {
      id: 'map.widen',
      title: 'command.map.widen',
      group: 'page',
      when: () => ranged,
      run: () => go({ ...view, lookback: undefined, start: undefined, end: undefined }),
    },
    {
      id: 'map.clear',
      title: 'command.map.clear',
      group: 'page',
      keys: ['Escape'],
      when: () => view.focus !== undefined,
      run: () => go({ ...view, focus: undefined }),
    },
    {
      id: 'map.zoomIn',
      title: 'command.map.zoomIn',
      group: 'view',
      keys: ['='],
      when: () => drawn,
      run: () => graph.current?.zoomBy(1.4),
    },
    {
      id: 'map.zoomOut',
      title: 'command.map.zoomOut',
      group: 'view',
      keys: ['-'],
      when: () => drawn,
      run: () => graph.current?.zoomBy(1 / 1.4),
    },
    {
      id: 'map.fit',
      title: 'command.map.fit',
      group: 'view',
      keys: ['0'],
      when: () => drawn,
      run: () => graph.current?.fit(),
    },
  ])

  const focusOn = (service: string): void => go({ ...view, focus: service })
  return (
    <div className={styles.map}>
      <PageTitle>{say('map.title')}</PageTitle>
      <h1 className="sr">{say('map.title')}</h1>
      <MapTools view={view} onView={go} stale={found.isPlaceholderData} />
      {found.isError && (
        <div className={styles.place}>
          <ErrorState
            title={
              found.error instanceof ApiError && found.error.code === 'network'
                ? say('error.network')
                : say('map.failed')
            }
            actions={<CommandButton command="map.again" size="small" />}
          >
            {found.error.message}
          </ErrorState>
        </div>
      )}
      {calls === undefined ? (
        !found.isError && <LoadingLines lines={10} />
      ) : calls.length === 0 ? (
        <div className={styles.place}>
          <EmptyState
            title={say('map.empty')}
            actions={
              ranged && (
                <CommandButton command="map.widen" size="small">
                  {say('map.empty.widen')}
                </CommandButton>
              )
            }
          >
            {say(ranged ? 'map.empty.range' : 'map.empty.all')}
          </EmptyState>
        </div>
      ) : (
        <div className={classNames(styles.area, view.focus !== undefined && styles.withFocus)}>
          {view.view === 'graph' ? (
            <MapGraph calls={calls} focus={view.focus} onFocus={focusOn} actions={graph} />
          ) : (
            <CallTable calls={calls} focus={view.focus} stale={found.isPlaceholderData} onFocus={focusOn} />
          )}
          {view.focus !== undefined && <FocusPanel calls={calls} service={view.focus} onFocus={focusOn} />}
        </div>
      )}
      <Foot>
        {calls !== undefined && <Counts calls={calls} />}
        <span className="grow" />
        <Wide>{say('map.foot.parents')}</Wide>
        {(view.start ?? view.end) !== undefined && (
          <span>
            <Message id="map.foot.zone" values={{ zone: formatZone(BigInt(openedMs) * 1_000_000n, zone) }} />
          </span>
        )}
      </Foot>
    </div>
  )
}

function Counts({ calls }: { readonly calls: readonly ServiceCall[] }): ReactNode {
  const services = useMemo(() => serviceTotals(calls).length, [calls])
  return (
    <span>
      <Message
        id="map.foot"
        values={{ services, edges: calls.length, calls: calls.reduce((sum, { callCount }) => sum + callCount, 0) }}
      />
    </span>
  )
}
