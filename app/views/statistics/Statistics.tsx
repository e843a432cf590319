// Statistics of a trace: its spans by service, name or any attribute, and within each group by another.

import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatCount, formatDuration } from '#app/i18n/format.ts'
import { Button } from '#app/ui/Button.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { Bar, Foot, Tray, Wide } from '#app/ui/Lines.tsx'
import { Picker } from '#app/ui/Picker.tsx'
import { ServiceName } from '#app/ui/ServiceName.tsx'
import { LoadingLines } from '#app/ui/States.tsx'
import { useSlicedWork } from '#app/ui/use-sliced-work.ts'
import { ErrorCount, ShareBar } from '#app/views/table/cells.tsx'
import { sortedBy, sortOf } from '#app/views/table/counted-trace.ts'
import type { CountedTrace, Sorting } from '#app/views/table/counted-trace.ts'
import { DownloadMenu } from '#app/views/table/DownloadMenu.tsx'
import { groupItems, groupKey, groupOf } from '#app/views/table/grouping.ts'
import { VirtualTable } from '#app/views/table/VirtualTable.tsx'
import type { VirtualTableHandle } from '#app/views/table/VirtualTable.tsx'
import { attributeKeys } from '#shared/trace/statistics-keys.ts'
import type { GroupBy } from '#shared/trace/statistics-keys.ts'
import styles from './Statistics.module.css'
import { statisticsFile } from './statistics-file.ts'
import { figureOf, groupedTrace, STATISTICS_COLUMNS, statisticsRows } from './statistics-rows.ts'
import type { Grouping, StatisticsColumn } from './statistics-rows.ts'

/** What the address keeps. */
export interface StatisticsState {
  readonly by: GroupBy
  readonly sub: GroupBy | undefined
  readonly sorting: Sorting
  /** Names of the open groups; undefined: as many as fit at first. */
  readonly opened: readonly string[] | undefined
  /** Whether the selection is the group of the selected span, or its part of the group. */
  readonly wide: boolean
}

export interface StatisticsProps {
  readonly counted: CountedTrace
  readonly state: StatisticsState
  readonly onChange: (patch: Partial<StatisticsState>) => void
  /** −1 for none. */
  readonly selected: number
  readonly onSelect: (span: number, wide: boolean) => void
  readonly actions: GroupActions
}

/** What one can do with the spans of a group; undefined where it has no name to ask for. */
export interface GroupActions {
  readonly only: (parts: readonly GroupPart[]) => void
  readonly hide: (parts: readonly GroupPart[]) => void
  readonly toTimeline: (span: number) => void
}

/** A key of the find and its value. */
export interface GroupPart {
  readonly key: string
  readonly value: string
}

const NUMBERS: readonly StatisticsColumn[] = ['total', 'self', 'critical', 'avg', 'least', 'p50', 'p95', 'most']
/** Figures that a group of one would only repeat. */
const OF_SEVERAL: readonly StatisticsColumn[] = ['p50', 'p95']

export function Statistics(props: StatisticsProps): ReactNode {
  const { counted, state, onChange, selected, onSelect, actions } = props
  const { by, sub, sorting, opened, wide } = state
  const { trace, figures: spans } = counted
  const say = useText()
  const table = useRef<VirtualTableHandle>(null)
  const [cursor, setCursor] = useState(-1)
  const byKey = groupKey(by)
  const subKey = sub === undefined ? '' : groupKey(sub)
  const make = useCallback(
    () => groupedTrace(counted, groupOf(byKey) ?? { kind: 'service' }, groupOf(subKey)),
    [counted, byKey, subKey],
  )
  const { value: grouping, stale } = useSlicedWork(make)
  const unknown = say(by.kind === 'service' ? 'trace.unknownService' : 'views.none')
  const unknownPart = say(sub?.kind === 'service' ? 'trace.unknownService' : 'views.none')
  // By the words themselves: `say` is another function each time, and work that begins anew each time never ends.
  const blank = say('views.blank')
  const nameOf = useCallback(
    (label: string | undefined) => (label === undefined ? unknown : label === '' ? blank : label),
    [unknown, blank],
  )
  const partName = useCallback(
    (label: string | undefined) => (label === undefined ? unknownPart : label === '' ? blank : label),
    [unknownPart, blank],
  )
  const openedKey = opened === undefined ? undefined : JSON.stringify(opened)
  const { column: sortColumn, ascending } = sorting
  const makeRows = useMemo(
    () =>
      grouping === undefined
        ? undefined
        : () =>
            statisticsRows(
              grouping,
              { column: sortColumn, ascending },
              openedKey === undefined ? undefined : (JSON.parse(openedKey) as string[]),
              { outer: nameOf, inner: partName },
            ),
    [grouping, sortColumn, ascending, openedKey, nameOf, partName],
  )
  const { value: rows } = useSlicedWork(makeRows)
  const selectedCode = useMemo(() => codeOf(grouping, selected, wide), [grouping, selected, wide])
  const selectedRow = rows === undefined || selectedCode < 0 ? -1 : rows.code.indexOf(selectedCode)
  useEffect(() => {
    if (selectedRow >= 0) table.current?.reveal(selectedRow)
  }, [selectedRow])
  const keys = useMemo(() => attributeKeys(trace), [trace])
  const items = groupItems(keys, say)
  const parts = [{ key: 'none', text: say('views.nothing') }, ...items]
  const openNames = (): readonly string[] => {
    if (rows === undefined || grouping === undefined) return []
    const names = new Set<string>()
    for (const [row, code] of rows.code.entries()) {
      if (code < rows.groups && (rows.code[row + 1] ?? 0) >= rows.groups) names.add(nameOf(grouping.outer.labels[code]))
    }
    return [...names]
  }
  const allNames = (): readonly string[] =>
    rows === undefined || grouping === undefined
      ? []
      : Array.from(rows.order, g => nameOf(grouping.outer.labels[g])).slice(0, MOST_OPEN)
  const toggle = (code: number, open: boolean): void => {
    if (grouping === undefined) return
    const name = nameOf(grouping.outer.labels[code])
    const now = openNames().filter(one => one !== name)
    onChange({ opened: open ? [...now, name] : now })
  }
  const facts = factsOf(grouping)
  const isOpen = (row: number): boolean => (rows?.code[row + 1] ?? 0) >= (rows?.groups ?? Infinity)

  const cell = (row: number, column: string): ReactNode => {
    if (rows === undefined || grouping === undefined || facts === undefined) return null
    const code = rows.code[row]
    const outer = code < rows.groups
    const group = outer ? code : code - rows.groups
    const figures = outer || grouping.parts === undefined ? grouping.figures : grouping.parts.figures
    const key = STATISTICS_COLUMNS.find(one => one === column) ?? 'name'
    if (key === 'name') {
      const label = (outer ? nameOf : partName)(facts.label(code))
      const kind = outer ? by.kind : sub?.kind
      return (
        <span className={outer ? styles.group : styles.part} title={label}>
          {outer && grouping.parts !== undefined && (
            <button
              type="button"
              className={styles.toggle}
              tabIndex={-1}
              aria-label={say('timeline.toggle')}
              onClick={() => toggle(code, !isOpen(row))}
            >
              <Icon name={isOpen(row) ? 'down' : 'right'} size={10} />
            </button>
          )}
          {kind === 'service' ? <ServiceName name={label} /> : <span className="cut">{label}</span>}
          {outer && grouping.parts !== undefined && <span className="faint">{formatCount(facts.parts(code))}</span>}
        </span>
      )
    }
    const value = figureOf(figures, group, key)
    if (key === 'errors') return <ErrorCount count={value} />
    if (key === 'count') return formatCount(value)
    if (key === 'share') return <ShareBar share={grouping.totalSelf === 0 ? 0 : value / grouping.totalSelf} />
    if ((key === 'critical' && value === 0) || (OF_SEVERAL.includes(key) && figures.count[group] === 1)) {
      return <span className="faint">–</span>
    }
    return formatDuration(value)
  }
  const open = (row: number): void => {
    if (rows === undefined || grouping === undefined) return
    const code = rows.code[row]
    const outer = code < rows.groups
    const figures = outer || grouping.parts === undefined ? grouping.figures : grouping.parts.figures
    onSelect(figures.heaviest[outer ? code : code - rows.groups], outer && grouping.parts !== undefined)
  }
  return (
    <section className={styles.view} aria-label={say('views.statistics')}>
      <Bar tight className={styles.options}>
        <span className="faint">{say('views.groupBy')}</span>
        <Picker
          label={say('views.groupBy')}
          hideLabel
          items={items}
          selected={byKey}
          onSelect={key => onChange({ by: groupOf(key) ?? { kind: 'service' }, opened: undefined })}
        />
        <span className="faint">{say('views.thenBy')}</span>
        <Picker
          label={say('views.thenBy')}
          hideLabel
          items={parts}
          selected={sub === undefined ? 'none' : subKey}
          onSelect={key => onChange({ sub: groupOf(key), opened: undefined })}
        />
        <span className="grow" />
        {sub !== undefined && (
          <span data-local-action="opens and closes the groups of this table" className={styles.buttons}>
            <Button look="quiet" size="small" onPress={() => onChange({ opened: allNames() })}>
              <Message id="views.openAll" />
            </Button>
            <Button look="quiet" size="small" onPress={() => onChange({ opened: [] })}>
              <Message id="views.closeAll" />
            </Button>
          </span>
        )}
        <DownloadMenu
          forms={['csv', 'json']}
          file={`statistics-${(trace.traceId ?? 'trace').slice(0, 16)}`}
          make={grouping === undefined ? undefined : form => statisticsFile({ grouping, by, sub }, sorting, form)}
        />
      </Bar>
      {rows === undefined || grouping === undefined ? (
        <div className={styles.loading}>
          <LoadingLines lines={12} />
        </div>
      ) : (
        <VirtualTable
          ref={table}
          label={say('views.statistics')}
          columns={STATISTICS_COLUMNS.map(key => ({
            key,
            head: key === 'name' ? headName(by, sub, say) : say(`views.column.${key}`),
            width: WIDTHS[key],
            number: key !== 'name' && key !== 'share',
            sort: sortOf(sorting, key),
          }))}
          rowCount={rows.code.length}
          cell={cell}
          rowState={row => {
            const code = rows.code[row]
            const outer = code < rows.groups
            return {
              selected: code === selectedCode,
              level: sub === undefined ? undefined : outer ? 1 : 2,
              expanded: outer && sub !== undefined ? isOpen(row) : undefined,
            }
          }}
          cursor={cursor}
          onCursor={setCursor}
          onOpen={open}
          onExpand={(row, opens) => toggle(rows.code[row], opens)}
          onSort={column => onChange({ sorting: sortedBy(sorting, column, column === 'name') })}
          foot={column => footCell(column, grouping, counted, say)}
          empty={say('views.noSpans')}
          stale={stale}
        />
      )}
      {grouping !== undefined && facts !== undefined && selectedCode >= 0 && (
        <GroupTray
          grouping={grouping}
          code={selectedCode}
          span={selected}
          name={nameOf}
          partName={partName}
          state={state}
          actions={actions}
        />
      )}
      <Foot>
        <span aria-live="polite">
          <Message
            id="views.counted"
            values={{ count: counted.count, total: trace.size, hidden: trace.size - counted.count }}
          />
        </span>
        <span className="grow" />
        <Wide>{say(spans.critical === undefined ? 'views.statistics.hint' : 'views.statistics.hintCritical')}</Wide>
      </Foot>
    </section>
  )
}

/** More open groups are not kept in an address. */
const MOST_OPEN = 200

const WIDTHS: Readonly<Record<StatisticsColumn, string>> = {
  name: 'minmax(200px, 1.6fr)',
  count: '64px',
  errors: '52px',
  total: '72px',
  self: '72px',
  share: 'minmax(120px, 0.8fr)',
  critical: '72px',
  avg: '72px',
  least: '72px',
  p50: '72px',
  p95: '72px',
  most: '72px',
}

function headName(by: GroupBy, sub: GroupBy | undefined, say: ReturnType<typeof useText>): string {
  const text = (one: GroupBy): string => (one.kind === 'attribute' ? one.key : say(`views.by.${one.kind}`))
  // A word begins as those of the other columns do; a key stays as it is.
  const first = by.kind === 'attribute' ? text(by) : text(by).replace(/^./u, letter => letter.toUpperCase())
  return sub === undefined ? first : say('views.two', { first, second: text(sub) })
}

/** Code of the row of the selected span's group, or of its part. */
function codeOf(grouping: Grouping | undefined, selected: number, wide: boolean): number {
  if (grouping === undefined || selected < 0) return -1
  if (wide || grouping.parts === undefined) return grouping.outer.keys[selected]
  return grouping.outer.count + grouping.parts.pairs.keys[selected]
}

function factsOf(grouping: Grouping | undefined):
  | {
      readonly label: (code: number) => string | undefined
      readonly parts: (group: number) => number
    }
  | undefined {
  if (grouping === undefined) return undefined
  const { outer, parts } = grouping
  const counts = new Uint32Array(outer.count)
  if (parts !== undefined) {
    for (let p = 0; p < parts.pairs.count; p++) if (parts.figures.count[p] > 0) counts[parts.pairs.outer[p]]++
  }
  return {
    label: code =>
      code < outer.count ? outer.labels[code] : parts?.inner.labels[parts.pairs.inner[code - outer.count]],
    parts: group => counts[group],
  }
}

function footCell(
  column: string,
  grouping: Grouping,
  counted: CountedTrace,
  say: ReturnType<typeof useText>,
): ReactNode {
  switch (column) {
    case 'name':
      return say('views.all')
    case 'count':
      return formatCount(counted.count)
    case 'errors':
      return <ErrorCount count={grouping.errors} />
    case 'self':
      return formatDuration(grouping.totalSelf)
    case 'critical':
      return counted.figures.critical === undefined ? null : formatDuration(grouping.totalCritical)
    default:
      return NUMBERS.some(one => one === column) ? <span className="faint">–</span> : null
  }
}

/** What is selected, in words, and what can be done with it. */
function GroupTray(props: {
  readonly grouping: Grouping
  readonly code: number
  readonly span: number
  readonly name: (label: string | undefined) => string
  readonly partName: (label: string | undefined) => string
  readonly state: StatisticsState
  readonly actions: GroupActions
}): ReactNode {
  const { grouping, code, span, name, state, actions } = props
  const say = useText()
  const { outer, parts } = grouping
  const isPart = code >= outer.count && parts !== undefined
  const group = isPart ? parts.pairs.outer[code - outer.count] : code
  const figures = isPart ? parts.figures : grouping.figures
  const at = isPart ? code - outer.count : code
  const partOf = (by: GroupBy, label: string | undefined): GroupPart | undefined =>
    label === undefined ? undefined : { key: by.kind === 'attribute' ? by.key : by.kind, value: label }
  const outerPart = partOf(state.by, outer.labels[group])
  const innerLabel = isPart ? parts.inner.labels[parts.pairs.inner[at]] : undefined
  const innerPart = isPart && state.sub !== undefined ? partOf(state.sub, innerLabel) : undefined
  const asked = [outerPart, innerPart].filter(part => part !== undefined)
  const whole = asked.length === (isPart ? 2 : 1)
  return (
    <Tray label={say('views.selection')}>
      {state.by.kind === 'service' ? (
        <ServiceName name={name(outer.labels[group])} faint={isPart} />
      ) : (
        <span className={isPart ? 'faint' : undefined}>{name(outer.labels[group])}</span>
      )}
      {isPart && <b>{props.partName(innerLabel)}</b>}
      <span>{say('trace.spans', { count: figures.count[at] })}</span>
      <Wide>
        {say('views.tray.figures', { p50: formatDuration(figures.p50[at]), most: formatDuration(figures.most[at]) })}
      </Wide>
      <span className="grow" />
      <span data-local-action="of what is selected in this table" className={styles.buttons}>
        <Button look="quiet" disabled={!whole} onPress={() => actions.only(asked)}>
          <Message id="views.tray.only" />
        </Button>
        <Button look="quiet" disabled={!whole} onPress={() => actions.hide(asked.slice(-1))}>
          <Message id="views.tray.hide" />
        </Button>
        <Button onPress={() => actions.toTimeline(span)}>
          <Message id="views.tray.timeline" />
        </Button>
      </span>
    </Tray>
  )
}
