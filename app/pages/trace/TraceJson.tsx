// The trace as JSON, OTLP or Jaeger: the server's text as virtual lines, the selected span marked, found words stepped through.

import { useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef } from 'react'
import type { ReactNode } from 'react'
import { ApiError } from '#app/api/fetch-json.ts'
import { downloadTrace, traceJsonQuery } from '#app/api/trace-json.ts'
import type { TraceJsonForm } from '#app/api/trace-json.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatBytes, formatCount } from '#app/i18n/format.ts'
import { Button } from '#app/ui/Button.tsx'
import { CopyButton } from '#app/ui/CopyButton.tsx'
import { Foot } from '#app/ui/Lines.tsx'
import { SegmentedControl } from '#app/ui/SegmentedControl.tsx'
import { ErrorState, LoadingLines } from '#app/ui/States.tsx'
import styles from './TraceJson.module.css'
import { jsonLines } from './json-lines.ts'
import type { JsonLines } from './json-lines.ts'

interface JsonSpan {
  readonly id: string
  readonly name: string
}

export interface TraceJsonProps {
  readonly id: string
  readonly form: TraceJsonForm
  readonly onForm: (form: TraceJsonForm) => void
  /** The selected span: its lines are marked and scrolled to. Its name tells it from others with its id. */
  readonly span: JsonSpan | undefined
  /** Text of the find field. */
  readonly find: string
}

export function TraceJson({ id, form, onForm, span, find }: TraceJsonProps): ReactNode {
  const say = useText()
  const { data: text, error, refetch, isFetching } = useQuery(traceJsonQuery(id, form))
  const lines = useMemo(() => (text === undefined ? undefined : jsonLines(text)), [text])
  return (
    <section className={styles.json} aria-label={say('trace.json.label')}>
      <div className={styles.options}>
        <SegmentedControl
          label={say('trace.json.form')}
          size="small"
          segments={[
            { key: 'jaeger', content: 'Jaeger', command: 'trace.jsonJaeger' },
            { key: 'jaeger-raw', content: say('trace.json.raw'), command: 'trace.jsonJaegerRaw' },
            { key: 'otlp', content: 'OTLP', command: 'trace.jsonOtlp' },
          ]}
          selected={form}
          onSelect={onForm}
        />
        <span className="grow" />
        {text !== undefined && (
          <span data-local-action="copies the text below">
            <CopyButton text={text} size="small" look="quiet">
              <Message id="trace.json.copy" />
            </CopyButton>
          </span>
        )}
        <span data-local-action="saves the text below">
          <Button look="quiet" size="small" onPress={() => void downloadTrace(id, form)}>
            <Message id="trace.json.download" />{' '}
            {text !== undefined && <span className="faint">{formatBytes(text.length, 'binary')}</span>}
          </Button>
        </span>
      </div>
      {lines !== undefined && text !== undefined ? (
        <Lines key={form} text={text} lines={lines} span={span} find={find} />
      ) : error !== null && !isFetching ? (
        <div className={styles.state}>
          <ErrorState
            title={
              <Message
                id={
                  error instanceof ApiError && error.code === 'too_large' ? 'trace.json.tooLarge' : 'trace.json.failed'
                }
              />
            }
            actions={
              <span data-local-action="asks for the same text again">
                <Button size="small" onPress={() => void refetch()}>
                  <Message id="ui.tryAgain" />
                </Button>
              </span>
            }
          >
            {error.message}
          </ErrorState>
        </div>
      ) : (
        <div className={styles.state}>
          <LoadingLines lines={14} />
        </div>
      )}
    </section>
  )
}

const LINE = 20
/** Lines above this many are reached by scrolling in proportion: no browser makes a higher element. */
const MOST_LINES = 700_000

function Lines(props: {
  readonly text: string
  readonly lines: JsonLines
  readonly span: JsonSpan | undefined
  readonly find: string
}): ReactNode {
  const { text, lines, span, find } = props
  const box = useRef<HTMLDivElement>(null)
  const spanId = span?.id
  const name = span?.name
  const marked = useMemo(() => markedLines(text, lines, spanId, name), [text, lines, spanId, name])
  const count = Math.min(lines.count, MOST_LINES)
  // oxlint-disable-next-line react/incompatible-library -- nothing made from it is memoised
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => LINE,
    overscan: 8,
  })
  const found = useMemo(() => (find === '' ? -1 : text.toLowerCase().indexOf(find.toLowerCase())), [text, find])
  const target = found >= 0 ? lines.lineAt(found) : marked?.first
  useEffect(() => {
    if (target !== undefined && target < count) virtual.scrollToIndex(target, { align: 'center' })
  }, [target, count, virtual])
  const items = virtual.getVirtualItems()
  return (
    <>
      <div ref={box} className={styles.box} tabIndex={0} role="region" aria-label="JSON">
        <div className={styles.lines} style={{ height: `${virtual.getTotalSize()}px` }}>
          {items.map(({ index, start }) => (
            <div
              key={index}
              className={styles.line}
              data-marked={marked !== undefined && index >= marked.first && index <= marked.last ? '' : undefined}
              style={{ transform: `translateY(${start}px)` }}
            >
              <span className={styles.number}>{formatCount(index + 1)}</span>
              <code style={{ paddingLeft: `${lines.indent(index) * 14}px` }}>
                <Found text={lines.text(index)} find={find} />
              </code>
            </div>
          ))}
        </div>
      </div>
      <Foot>
        <span>
          <Message
            id="trace.json.lines"
            values={{ from: (items[0]?.index ?? 0) + 1, to: (items.at(-1)?.index ?? 0) + 1, count: lines.count }}
          />
        </span>
      </Foot>
    </>
  )
}

function Found({ text, find }: { readonly text: string; readonly find: string }): ReactNode {
  const at = find === '' ? -1 : text.toLowerCase().indexOf(find.toLowerCase())
  if (at < 0) return text
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + find.length)}</mark>
      {text.slice(at + find.length)}
    </>
  )
}

interface Stretch {
  readonly first: number
  readonly last: number
}

/** The lines of the object that has the span's id, of several the first that has its name too, else the first. */
function markedLines(
  text: string,
  lines: JsonLines,
  id: string | undefined,
  name: string | undefined,
): Stretch | undefined {
  if (id === undefined) return undefined
  let marked: Stretch | undefined
  for (const { index } of text.matchAll(new RegExp(`"span(?:Id|ID)"\\s*:\\s*"${id}"`, 'gu'))) {
    const found = objectAround(lines, lines.lineAt(index))
    marked ??= found
    if (isNamed(lines, found, JSON.stringify(name))) return found
  }
  return marked
}

/** Whether an object has a name, as JSON writes it, by either vocabulary: parents and links that only tell an id have none. */
function isNamed(lines: JsonLines, { first, last }: Stretch, name: string): boolean {
  const depth = lines.indent(first) + 1
  for (let line = first + 1; line < last; line++) {
    if (lines.indent(line) !== depth) continue
    const [, value] = /^"(?:n|operationN)ame": (.*?),?$/su.exec(lines.text(line)) ?? []
    if (value !== undefined) return value === name
  }
  return false
}

/** From the line of the brace before `line` to where its depth comes back. */
function objectAround(lines: JsonLines, line: number): Stretch {
  let first = line
  const depth = lines.indent(first)
  while (first > 0 && lines.indent(first) >= depth) first--
  let last = first + 1
  while (last < lines.count - 1 && lines.indent(last) >= depth) last++
  return { first, last }
}
