// All spans of a trace as a table: any attribute as a column, sorted by any of them, any number of rows, to take along as a file.

import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import type { Text } from '#app/i18n/Message.tsx'
import { formatCount, formatDuration } from '#app/i18n/format.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { Bar, Foot, Wide } from '#app/ui/Lines.tsx'
import { Picker } from '#app/ui/Picker.tsx'
import { ServiceName } from '#app/ui/ServiceName.tsx'
import { LoadingLines } from '#app/ui/States.tsx'
import { useSlicedWork } from '#app/ui/use-sliced-work.ts'
import { DownloadMenu } from '#app/views/table/DownloadMenu.tsx'
import { sortedBy, sortOf } from '#app/views/table/counted-trace.ts'
import type { CountedTrace, Sorting } from '#app/views/table/counted-trace.ts'
import { VirtualTable } from '#app/views/table/VirtualTable.tsx'
import type { TableColumn, VirtualTableHandle } from '#app/views/table/VirtualTable.tsx'
import { SPAN_KINDS, STATUS_CODES } from '#shared/spans/span-table.ts'
import { attributeKeys, attributeOfSpan } from '#shared/trace/statistics-keys.ts'
import { spansInOrder } from '#shared/trace/span-order.ts'
import type { SpanColumn } from '#shared/trace/span-order.ts'
import { BREATH } from '#shared/trace/sliced-work.ts'
import type { SlicedWork } from '#shared/trace/sliced-work.ts'
import { SPAN_ERROR, spanDuration, spanName } from '#shared/trace/trace.ts'
import styles from './SpanTable.module.css'
import { spansFile } from './spans-file.ts'

export interface SpanTableProps {
  readonly counted: CountedTrace
  readonly sorting: Sorting
  readonly onSorting: (sorting: Sorting) => void
  /** Attributes that are columns; undefined: the most usual of this trace. */
  readonly columns: readonly string[] | undefined
  readonly onColumns: (columns: readonly string[]) => void
  readonly selected: number
  readonly onSelect: (span: number) => void
  readonly isMatch: (span: number) => boolean
  /** What is done with the selected span, at the foot. */
  readonly tray: ReactNode
}

/** So many attributes are columns at first. */
const USUAL = 3

const FIXED = ['start', 'name', 'duration', 'self', 'status', 'spanKind'] as const
type FixedColumn = (typeof FIXED)[number]

const WIDTHS: Readonly<Record<FixedColumn, string>> = {
  start: '80px',
  name: 'minmax(240px, 2fr)',
  duration: '76px',
  self: '76px',
  status: '52px',
  spanKind: '72px',
}

/** Attributes begin with `@`. */
function columnOf(key: string): SpanColumn {
  const fixed = FIXED.find(one => one === key)
  return fixed === undefined ? { kind: 'attribute', key: key.slice(1) } : { kind: fixed }
}

export function SpanTable(props: SpanTableProps): ReactNode {
  const { counted, sorting, onSorting, onColumns, selected, onSelect, isMatch } = props
  const { trace, services, figures, included } = counted
  const say = useText()
  const table = useRef<VirtualTableHandle>(null)
  const [cursor, setCursor] = useState(-1)
  const keys = useMemo(() => attributeKeys(trace), [trace])
  const usual = useMemo(
    () =>
      keys
        .filter(({ onSpans }) => onSpans > 0)
        .slice(0, USUAL)
        .map(({ key }) => key),
    [keys],
  )
  const columns = props.columns ?? usual
  const { column, ascending } = sorting
  const make = useCallback(
    () => spansInOrder(trace, figures.self, { column: columnOf(column), ascending }, included),
    [trace, figures.self, included, column, ascending],
  )
  const { value: order, stale } = useSlicedWork(make)
  const sum = useSlicedWork(useCallback(() => sumOf(counted), [counted]))
  const selectedRow = useMemo(
    () => (order === undefined || selected < 0 ? -1 : order.indexOf(selected)),
    [order, selected],
  )
  useEffect(() => {
    if (selectedRow >= 0) table.current?.reveal(selectedRow)
  }, [selectedRow])
  const ids = useMemo(
    () => new Map(columns.map(key => [`@${key}`, trace.table.dictionary.find(key)])),
    [columns, trace],
  )
  const cell = (row: number, key: string): ReactNode => {
    if (order === undefined) return null
    const i = order[row]
    const at = trace.row[i]
    switch (key) {
      case 'start':
        return `+${formatDuration(trace.start[i])}`
      case 'name': {
        const name = spanName(trace, i)
        return (
          <span className={styles.name} title={name}>
            <ServiceName name={services[trace.service[i]]} faint />{' '}
            <span className="cut">{name === '' ? say('trace.unnamed') : name}</span>
          </span>
        )
      }
      case 'duration':
        return formatDuration(spanDuration(trace, i))
      case 'self':
        return formatDuration(figures.self[i])
      case 'status':
        return (trace.marks[i] & SPAN_ERROR) === 0 ? (
          <span className="faint">{STATUS_CODES[trace.table.status[at]] === 'ok' ? 'ok' : '–'}</span>
        ) : (
          <span className="err">
            <Icon name="error" size={8} /> {say('trace.detail.error')}
          </span>
        )
      case 'spanKind':
        return <span className="dim">{say(`trace.kind.${SPAN_KINDS[trace.table.kind[at]] ?? 'unspecified'}`)}</span>
      default: {
        const text = attributeOfSpan(trace, i, ids.get(key) ?? -1)
        return text === undefined ? (
          <span className="faint">–</span>
        ) : (
          <code title={text.length > 24 ? text.slice(0, 500) : undefined}>{text.slice(0, 200)}</code>
        )
      }
    }
  }
  return (
    <section className={styles.view} aria-label={say('views.spans')}>
      <Bar tight className={styles.options}>
        <Picker
          label={say('views.columns')}
          hideLabel
          placeholder={say('views.columns.of', { shown: columns.length, all: keys.length })}
          selected={undefined}
          items={keys.map(({ key, count }) => ({
            key,
            text: key,
            content: (
              <span className={styles.choice}>
                <span className={styles.tick}>{columns.includes(key) && <Icon name="ok" size={10} />}</span> {key}
              </span>
            ),
            end: formatCount(count),
          }))}
          onSelect={key => onColumns(columns.includes(key) ? columns.filter(one => one !== key) : [...columns, key])}
        />
        <span className="grow" />
        <DownloadMenu
          forms={['csv', 'json']}
          file={`spans-${(counted.trace.traceId ?? 'trace').slice(0, 16)}`}
          make={order === undefined ? undefined : form => spansFile(counted, order, columns, form)}
        />
      </Bar>
      {order === undefined ? (
        <div className={styles.loading}>
          <LoadingLines lines={12} />
        </div>
      ) : (
        <VirtualTable
          ref={table}
          label={say('views.spans')}
          columns={[
            ...FIXED.map(key => fixedColumn(key, sorting, say)),
            ...columns.map(key => ({
              key: `@${key}`,
              head: key,
              width: 'minmax(130px, 1fr)',
              sort: sortOf(sorting, `@${key}`),
            })),
          ]}
          rowCount={order.length}
          cell={cell}
          rowState={row => ({ selected: row === selectedRow, match: isMatch(order[row]) })}
          cursor={cursor}
          onCursor={setCursor}
          onOpen={row => onSelect(order[row])}
          onSort={key => onSorting(sortedBy(sorting, key, key === 'start' || key === 'name' || key.startsWith('@')))}
          empty={say('views.noSpans')}
          stale={stale}
        />
      )}
      {props.tray}
      <Foot>
        <span aria-live="polite">
          <Message
            id="views.counted"
            values={{ count: counted.count, total: trace.size, hidden: trace.size - counted.count }}
          />
        </span>
        <span className="grow" />
        {sum.value !== undefined && <Wide>{say('views.spans.sum', { duration: formatDuration(sum.value) })}</Wide>}
      </Foot>
    </section>
  )
}

function fixedColumn(key: FixedColumn, sorting: Sorting, say: Text): TableColumn {
  const heads = {
    start: say('views.start'),
    name: say('views.span'),
    duration: say('views.duration'),
    self: say('views.column.self'),
    status: say('views.status'),
    spanKind: say('views.kind'),
  }
  return {
    key,
    head: heads[key],
    width: WIDTHS[key],
    number: key === 'start' || key === 'duration' || key === 'self',
    sort: sortOf(sorting, key),
  }
}

function* sumOf({ trace, included }: CountedTrace): SlicedWork<number> {
  let sum = 0
  for (let i = 0; i < trace.size; i++) {
    if (included === undefined || included[i] === 1) sum += Math.max(0, spanDuration(trace, i))
    if ((i & BREATH) === BREATH) yield
  }
  return sum
}
