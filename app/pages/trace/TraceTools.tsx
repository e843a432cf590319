// Beside the views of a trace: find, filter, and how the timeline is drawn. What is left out by filter and focus stands in a
// line of chips of its own.

import { lazy, Suspense } from 'react'
import type { ReactNode, RefObject } from 'react'
import type { LoadedTrace } from '#app/api/loaded-trace.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import { Button, ToggleButton } from '#app/ui/Button.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { Panel } from '#app/ui/Panel.tsx'
import { LoadingLines } from '#app/ui/States.tsx'
import { Chip } from '#app/ui/Tag.tsx'
import type { ColourBy } from '#app/views/timeline/span-colours.ts'
import { spanName } from '#shared/trace/trace.ts'
import { ColourMenu } from './ColourMenu.tsx'
import { FindField } from './FindField.tsx'
import { RowsMenu } from './RowsMenu.tsx'
import type { TimelinePanelsProps } from './TimelinePanels.tsx'
import styles from './Trace.module.css'
import { hasSkew, placeIn } from './trace-state.ts'
import type { TraceUrl } from './url.ts'
import type { ChangeUrl, TraceScreen } from './use-trace-screen.ts'

const TimelinePanels = lazy(async () => ({ default: (await import('./TimelinePanels.tsx')).TimelinePanels }))

export interface TraceToolsProps {
  readonly loaded: LoadedTrace
  readonly url: TraceUrl
  readonly change: ChangeUrl
  readonly screen: TraceScreen
  readonly colourBy: ColourBy
  /** Span that one is at, −1 for none. */
  readonly at: number
  readonly onMatch: (by: 1 | -1) => void
  readonly findInput: RefObject<HTMLInputElement | null>
}

export function TraceTools(props: TraceToolsProps): ReactNode {
  const { loaded, url, change, screen, colourBy, at, onMatch, findInput } = props
  const { trace, gaps } = loaded
  const say = useText()
  const { services, folding, matches } = screen
  const onTimeline = url.view === 'timeline'
  const onTime = onTimeline || url.view === 'flame'
  return (
    <>
      <div className={styles.tools}>
        <FindField
          value={url.find}
          onChange={find => change({ find })}
          onFilter={text => change({ find: '', filter: [...url.filter, text] })}
          onEnter={() => onMatch(1)}
          count={matches.length}
          at={placeIn(matches, at)}
          busy={screen.isFinding}
          inputRef={findInput}
        />
        {url.view !== 'json' && (
          <PanelButton
            label={say('trace.menu.filter')}
            panel="filter"
            trace={trace}
            services={services}
            filter={url.filter}
            onFilter={filter => change({ filter })}
          />
        )}
        {onTime && (
          <ToggleButton
            size="small"
            command="trace.critical"
            pressed={url.critical}
            onChange={critical => change({ critical })}
          >
            <Message id="trace.critical" />
          </ToggleButton>
        )}
        {onTime && gaps.length > 0 && (
          <ToggleButton
            size="small"
            command="trace.gaps"
            pressed={!url.fullGaps}
            onChange={short => change({ fullGaps: !short })}
          >
            <Message id="trace.gaps" />
          </ToggleButton>
        )}
        {hasSkew(trace) && (
          <ToggleButton
            size="small"
            command="trace.clocks"
            pressed={!url.rawClocks}
            onChange={adjusted => change({ rawClocks: !adjusted })}
          >
            <Message id="trace.clocks" />
          </ToggleButton>
        )}
        {onTime && <ColourMenu trace={trace} by={colourBy} onChange={by => change({ colourBy: by })} />}
        {onTimeline && (
          <PanelButton
            label={say('trace.menu.columns')}
            panel="columns"
            trace={trace}
            columns={url.columns}
            onColumns={columns => change({ columns })}
            pills={url.pills}
            onPills={pills => change({ pills })}
          />
        )}
        {onTimeline && (
          <RowsMenu
            folding={folding}
            trace={trace}
            fold={screen.fold}
            focus={screen.focus}
            selected={at}
            onFocus={screen.focusOn}
            mergeCalls={url.mergeCalls}
            onMergeCalls={mergeCalls => change({ mergeCalls })}
          />
        )}
      </div>
      {url.view !== 'json' && (screen.focus >= 0 || url.filter.length > 0) && <Chips {...props} />}
    </>
  )
}

/** What is looked at alone and what a span must match, each to be taken away. */
function Chips({ loaded, url, change, screen }: TraceToolsProps): ReactNode {
  const say = useText()
  return (
    <div className={styles.chips}>
      {screen.focus >= 0 && (
        <Chip
          text={say('trace.focus', { name: spanName(loaded.trace, screen.focus) || say('trace.unnamed') })}
          onRemove={() => screen.focusOn(-1)}
        />
      )}
      {screen.isFiltering && <span className="faint">{say('trace.filter.busy')}</span>}
      {url.filter.map(text => (
        <Chip key={text} text={text} onRemove={() => change({ filter: url.filter.filter(one => one !== text) })} />
      ))}
      {screen.asWords.length > 0 && (
        <span className="warn" role="status">
          <Icon name="warn" size={10} /> <code>{screen.asWords[0]}</code> <Message id="trace.filter.asWords" />
        </span>
      )}
    </div>
  )
}

/** A button that opens one of the panels, which is fetched then. */
function PanelButton(props: { readonly label: string } & TimelinePanelsProps): ReactNode {
  const { label, ...panel } = props
  return (
    <Panel
      label={label}
      trigger={
        <Button look="quiet" size="small" hasPopup="dialog">
          {label}
        </Button>
      }
    >
      <Suspense fallback={<LoadingLines lines={6} />}>
        <TimelinePanels {...panel} />
      </Suspense>
    </Panel>
  )
}
