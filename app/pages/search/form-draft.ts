// The form while it is being filled in: texts as typed. Nothing is asked before *Find traces*; then it becomes a view or
// says what is wrong, field by field. Pure.

import type { MessageId } from '#app/i18n/en.ts'
import type { TextValues } from '#app/i18n/Message.tsx'
import { formatExact } from '#app/i18n/format-time.ts'
import type { TimeZone } from '#app/i18n/format-time.ts'
import { parseDurationText, parseSpan } from './duration-text.ts'
import { formatLogfmt, parseLogfmt } from './logfmt.ts'
import { parseTimeText } from './time-text.ts'
import { DEFAULT_LIMIT, MAX_LIMIT } from './url.ts'
import type { SearchRange, SearchView } from './url.ts'

/** Ranges that are one press away; the key is Jaeger's lookback. */
export const PRESETS = ['15m', '1h', '6h', '1d', '7d', 'all'] as const
export type Preset = (typeof PRESETS)[number]

/** Those that do not reach back further than whoever runs the server wants, and what is chosen. `mostMs` null: all. */
export function presetsUpTo(mostMs: number | null, chosen: string): readonly Preset[] {
  if (mostMs === null) return PRESETS
  return PRESETS.filter(preset => preset === chosen || (parseSpan(preset) ?? Infinity) <= mostMs * 1e6)
}

export interface FormDraft {
  readonly service: string
  readonly operation: string
  readonly attributes: string
  /** A lookback, `all`, or '' when `from` and `to` are typed. */
  readonly lookback: string
  readonly from: string
  readonly to: string
  /** Zone in which `from` and `to` are written. */
  readonly zone: TimeZone
  readonly minDuration: string
  readonly maxDuration: string
  readonly minTraceDuration: string
  readonly maxTraceDuration: string
  readonly limit: string
}

export type DraftField = Exclude<keyof FormDraft, 'zone' | 'lookback' | 'service' | 'operation'>

/** What is wrong with a field, as a message. */
export interface DraftProblem {
  readonly id: MessageId
  readonly values?: TextValues
}

export type DraftProblems = Readonly<Partial<Record<DraftField, DraftProblem>>>

export type DraftResult =
  | { readonly kind: 'view'; readonly view: SearchView }
  | { readonly kind: 'problems'; readonly problems: DraftProblems }

/** The form of a view. `nowMs` is what a range before now is counted from. */
export function draftOf(view: SearchView, zone: TimeZone, nowMs: number): FormDraft {
  return {
    service: view.service,
    operation: view.operation,
    attributes: view.unreadableTags === '' ? formatLogfmt(view.attributes) : view.unreadableTags,
    ...rangeTexts(view.range, zone, nowMs),
    zone,
    minDuration: view.minDuration,
    maxDuration: view.maxDuration,
    minTraceDuration: view.minTraceDuration,
    maxTraceDuration: view.maxTraceDuration,
    limit: view.limit === '' ? String(DEFAULT_LIMIT) : view.limit,
  }
}

/** The draft with another range chosen by its lookback (or `all`): From and To say what it means. */
export function withLookback(draft: FormDraft, lookback: string, nowMs: number): FormDraft {
  const range: SearchRange = lookback === 'all' ? { kind: 'all' } : { kind: 'last', lookback }
  return { ...draft, ...rangeTexts(range, draft.zone, nowMs) }
}

/** The same draft on the clock of another zone; texts that are no times stay as they are. */
export function withZone(draft: FormDraft, zone: TimeZone): FormDraft {
  if (draft.zone === zone) return draft
  const move = (text: string): string => {
    const time = parseTimeText(text, draft.zone)
    return time === undefined ? text : formatExact(time * 1000n, zone)
  }
  return { ...draft, from: move(draft.from), to: move(draft.to), zone }
}

function rangeTexts(
  range: SearchRange,
  zone: TimeZone,
  nowMs: number,
): { readonly lookback: string; readonly from: string; readonly to: string } {
  const exact = (micros: string): string =>
    // A number of µs as the address has it; what is none stays to be seen.
    /^\d{1,16}$/u.test(micros) ? formatExact(BigInt(micros) * 1000n, zone) : micros
  switch (range.kind) {
    case 'all':
      return { lookback: 'all', from: '', to: 'now' }
    case 'last': {
      const nanoseconds = BigInt(Math.round(parseSpan(range.lookback) ?? 0))
      const from = BigInt(nowMs) * 1_000_000n - nanoseconds
      return { lookback: range.lookback, from: formatExact(from < 0n ? 0n : from, zone), to: 'now' }
    }
    case 'exact':
      return { lookback: '', from: exact(range.start), to: range.end === '' ? 'now' : exact(range.end) }
  }
}

/** The view that the form asks for, or what keeps it from being one. `most`: traces of one answer, as far as there are so many. */
export function viewOf(draft: FormDraft, most: number = MAX_LIMIT): DraftResult {
  const problems: Partial<Record<DraftField, DraftProblem>> = {}
  const logfmt = parseLogfmt(draft.attributes)
  if (logfmt.kind === 'problem') {
    const { kind, at, seen } = logfmt.problem
    const id = (
      {
        'unclosed-quote': 'search.problem.quote',
        'no-key': 'search.problem.noKey',
        'repeated-key': 'search.problem.repeated',
      } as const
    )[kind]
    problems.attributes = { id, values: { seen, column: at + 1 } }
  }
  checkDurations(draft, 'minDuration', 'maxDuration', problems)
  checkDurations(draft, 'minTraceDuration', 'maxTraceDuration', problems)
  const limit = draft.limit.trim()
  if (limit !== '' && !(/^\d{1,5}$/u.test(limit) && Number(limit) >= 1 && Number(limit) <= Math.min(most, MAX_LIMIT))) {
    problems.limit = { id: 'search.problem.limit', values: { seen: limit, most: Math.min(most, MAX_LIMIT) } }
  }
  const range = rangeOf(draft, problems)
  if (Object.keys(problems).length > 0 || range === undefined || logfmt.kind === 'problem') {
    return { kind: 'problems', problems }
  }
  return {
    kind: 'view',
    view: {
      service: draft.service,
      operation: draft.operation,
      attributes: logfmt.pairs,
      unreadableTags: '',
      range,
      minDuration: draft.minDuration.trim(),
      maxDuration: draft.maxDuration.trim(),
      minTraceDuration: draft.minTraceDuration.trim(),
      maxTraceDuration: draft.maxTraceDuration.trim(),
      limit: limit === '' || Number(limit) === DEFAULT_LIMIT ? '' : String(Number(limit)),
      picked: [],
    },
  }
}

function checkDurations(
  draft: FormDraft,
  min: 'minDuration' | 'minTraceDuration',
  max: 'maxDuration' | 'maxTraceDuration',
  problems: Partial<Record<DraftField, DraftProblem>>,
): void {
  const read = (field: typeof min | typeof max): number | undefined => {
    const text = draft[field].trim()
    if (text === '') return undefined
    const duration = parseDurationText(text)
    if (duration === undefined) problems[field] = { id: 'search.problem.duration', values: { seen: text } }
    return duration
  }
  const least = read(min)
  const most = read(max)
  if (least !== undefined && most !== undefined && least > most) problems[max] = { id: 'search.problem.maxBelowMin' }
}

function rangeOf(draft: FormDraft, problems: Partial<Record<DraftField, DraftProblem>>): SearchRange | undefined {
  if (draft.lookback === 'all') return { kind: 'all' }
  if (draft.lookback !== '') return { kind: 'last', lookback: draft.lookback }
  const read = (field: 'from' | 'to'): string | undefined => {
    const text = draft[field].trim()
    if (text === '' || (field === 'to' && /^now$/iu.test(text))) return ''
    const time = parseTimeText(text, draft.zone)
    if (time === undefined) problems[field] = { id: 'search.problem.time', values: { seen: text } }
    return time?.toString()
  }
  const start = read('from')
  const end = read('to')
  if (start === undefined || end === undefined) return undefined
  if (start !== '' && end !== '' && BigInt(start) > BigInt(end)) {
    problems.to = { id: 'search.problem.toBeforeFrom' }
    return undefined
  }
  return start === '' && end === '' ? { kind: 'all' } : { kind: 'exact', start, end }
}
