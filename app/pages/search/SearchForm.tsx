// The form around its fields: a column at the left of the results; up to 1,020 px one line that says what is asked and
// opens it as a drawer, up to 640 px as a sheet from below. Its foot (limit, Reset, Find traces) is always in view.

import { useState } from 'react'
import type { ReactNode } from 'react'
import { useUiConfig } from '#app/api/ui-config.ts'
import { useCommands } from '#app/commands/CommandsProvider.tsx'
import { useText } from '#app/i18n/Message.tsx'
import type { Text } from '#app/i18n/Message.tsx'
import { formatExact } from '#app/i18n/format-time.ts'
import type { TimeZone } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Button } from '#app/ui/Button.tsx'
import { Sheet } from '#app/ui/Dialog.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { TextField } from '#app/ui/TextField.tsx'
import { useNarrow } from '#app/ui/use-media-query.ts'
import { formatRawSearch } from '#shared/api/raw-search.ts'
import { SearchFields } from './SearchFields.tsx'
import styles from './SearchForm.module.css'
import { draftOf, viewOf, withZone } from './form-draft.ts'
import type { DraftProblems, FormDraft } from './form-draft.ts'
import { formatLogfmt } from './logfmt.ts'
import { DEFAULT_LIMIT, format } from './url.ts'
import type { SearchView } from './url.ts'

export interface SearchFormProps {
  readonly view: SearchView
  /** *Find traces* or Enter: the view that the form asks for, also when it is the one on screen. */
  readonly onFind: (view: SearchView) => void
  readonly onReset: () => void
}

interface FormState {
  /** Address of the view that the draft was made from: another view makes another draft. */
  readonly of: string
  readonly draft: FormDraft
  readonly problems: DraftProblems
}

export function SearchForm({ view, onFind, onReset }: SearchFormProps): ReactNode {
  const say = useText()
  const zone = useTimeZone()
  const narrow = useNarrow('sheet')
  const { maxLimit } = useUiConfig().search
  const [openedMs] = useState(Date.now)
  const [open, setOpen] = useState(false)
  const of = formatRawSearch(format({ ...view, picked: [] }))
  const fresh = (): FormState => ({ of, draft: draftOf(view, zone, openedMs), problems: {} })
  const [kept, setState] = useState(fresh)
  const state = kept.of === of ? kept : fresh()
  if (state !== kept) setState(state)
  const draft = withZone(state.draft, zone)

  const find = (): void => {
    const result = viewOf(draft, maxLimit ?? undefined)
    if (result.kind === 'problems') {
      setState({ of, draft, problems: result.problems })
      return
    }
    setState({ of, draft, problems: {} })
    setOpen(false)
    onFind(result.view)
  }
  const reset = (): void => {
    setState(fresh())
    onReset()
  }
  useCommands([
    {
      id: 'search.find',
      title: 'command.search.find',
      group: 'page',
      keys: ['$mod+Enter'],
      inFields: true,
      run: find,
    },
    {
      id: 'search.form',
      title: 'command.search.form',
      group: 'page',
      keys: ['f'],
      when: () => narrow,
      run: () => setOpen(true),
    },
  ])

  const fields = (
    <div className={styles.fields}>
      <SearchFields
        draft={draft}
        problems={state.problems}
        onChange={next => setState({ of, draft: next, problems: withoutChanged(state.problems, draft, next) })}
        onFind={find}
      />
    </div>
  )
  const limitProblem = state.problems.limit
  const ask = (
    <>
      <TextField
        label={say('search.form.limit')}
        className={styles.limit}
        inputMode="numeric"
        value={draft.limit}
        onChange={limit =>
          setState({ of, draft: { ...draft, limit }, problems: { ...state.problems, limit: undefined } })
        }
        onEnter={find}
        error={limitProblem === undefined ? undefined : say(limitProblem.id, limitProblem.values)}
      />
      <span className="grow" />
      <Button look="quiet" command="search.reset" onPress={reset}>
        {say('search.form.reset')}
      </Button>
      <Button look="primary" command="search.find" onPress={find} className={styles.find}>
        {say('search.form.find')}
      </Button>
    </>
  )
  if (!narrow) {
    return (
      <form
        className={styles.form}
        role="search"
        aria-label={say('search.form')}
        onSubmit={event => {
          event.preventDefault()
          find()
        }}
      >
        {fields}
        <div className={styles.ask}>{ask}</div>
        <SubmitOnEnter />
      </form>
    )
  }
  return (
    <div className={styles.line}>
      <Button
        className={styles.asked}
        command="search.form"
        hasPopup="dialog"
        expanded={open}
        onPress={() => setOpen(true)}
      >
        <Icon name="search" />
        <span className={styles.askedText}>{askedText(say, view, zone)}</span>
        <span className="faint">{say('search.form.open')}</span>
      </Button>
      <Sheet open={open} onClose={() => setOpen(false)} title={say('search.form')} foot={ask}>
        <form
          role="search"
          aria-label={say('search.form')}
          onSubmit={event => {
            event.preventDefault()
            find()
          }}
        >
          {fields}
          <SubmitOnEnter />
        </form>
      </Sheet>
    </div>
  )
}

/** A browser submits on Enter when a form has a submit button; the visible one stands outside in the sheet. */
function SubmitOnEnter(): ReactNode {
  return <button type="submit" hidden tabIndex={-1} />
}

/** Problems of fields that were not changed since. */
function withoutChanged(problems: DraftProblems, old: FormDraft, next: FormDraft): DraftProblems {
  return Object.fromEntries(
    Object.entries(problems).filter(([field]) => old[field as keyof FormDraft] === next[field as keyof FormDraft]),
  )
}

/** What is asked, in one line. */
function askedText(say: Text, view: SearchView, zone: TimeZone): string {
  const { range } = view
  const time = (micros: string): string =>
    /^\d{1,16}$/u.test(micros) ? formatExact(BigInt(micros) * 1000n, zone).slice(0, 19) : micros
  const values = {
    service: view.service === '' ? say('search.form.allServices') : view.service,
    range:
      range.kind === 'all'
        ? say('search.form.range.kept')
        : range.kind === 'last'
          ? say('search.form.range.last', { lookback: range.lookback })
          : say('search.form.range.exact', {
              from: range.start === '' ? '…' : time(range.start),
              to: range.end === '' ? 'now' : time(range.end),
            }),
    limit: view.limit === '' ? String(DEFAULT_LIMIT) : view.limit,
  }
  const more = [
    view.operation,
    formatLogfmt(view.attributes),
    bounds(view.minDuration, view.maxDuration),
    bounds(view.minTraceDuration, view.maxTraceDuration),
  ].filter(part => part !== '')
  return more.length === 0
    ? say('search.form.asked', values)
    : say('search.form.askedMore', { ...values, more: more.join(' · ') })
}

function bounds(min: string, max: string): string {
  if (min === '' && max === '') return ''
  return max === '' ? `≥ ${min}` : min === '' ? `≤ ${max}` : `${min} … ${max}`
}
