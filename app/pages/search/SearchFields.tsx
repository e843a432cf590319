// The fields of the form, in Jaeger's order: service, span name, attributes, time, durations. They change a draft and ask
// nothing.

import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import { operationsQuery, servicesQuery } from '#app/api/search.ts'
import { useUiConfig } from '#app/api/ui-config.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatCount } from '#app/i18n/format.ts'
import { formatZone, localTimeZone } from '#app/i18n/format-time.ts'
import { useTimeZonePreference } from '#app/i18n/time-zone.ts'
import { Picker } from '#app/ui/Picker.tsx'
import type { PickerItem } from '#app/ui/Picker.tsx'
import { SegmentedControl } from '#app/ui/SegmentedControl.tsx'
import { ServiceName } from '#app/ui/ServiceName.tsx'
import { TextField } from '#app/ui/TextField.tsx'
import { AttributeField } from './AttributeField.tsx'
import styles from './SearchForm.module.css'
import { PRESETS, presetsUpTo, withLookback } from './form-draft.ts'
import type { DraftField, DraftProblems, FormDraft, Preset } from './form-draft.ts'

export interface SearchFieldsProps {
  readonly draft: FormDraft
  readonly onChange: (draft: FormDraft) => void
  readonly problems: DraftProblems
  readonly onFind: () => void
}

/** Key of *all* in a list whose other keys are names behind a `=`. */
const ALL = 'all'

export function SearchFields({ draft, onChange, problems, onFind }: SearchFieldsProps): ReactNode {
  const say = useText()
  const set = (changed: Partial<FormDraft>): void => onChange({ ...draft, ...changed })
  const problem = (field: DraftField): string | undefined => {
    const found = problems[field]
    return found === undefined ? undefined : say(found.id, found.values)
  }
  const duration = (field: 'minDuration' | 'maxDuration' | 'minTraceDuration' | 'maxTraceDuration'): ReactNode => {
    const isMin = field.startsWith('min')
    const lasts = field.endsWith('TraceDuration') ? 'search.form.traceLasts' : 'search.form.spanLasts'
    return (
      <TextField
        label={say(`${lasts}.${isMin ? 'min' : 'max'}`)}
        hideLabel
        before={say(isMin ? 'search.form.min' : 'search.form.max')}
        value={draft[field]}
        onChange={value => set({ [field]: value })}
        onEnter={onFind}
        placeholder={say('search.form.duration.placeholder')}
        error={problem(field)}
        className={styles.duration}
      />
    )
  }
  return (
    <>
      <NamePickers draft={draft} set={set} />
      <AttributeField
        value={draft.attributes}
        onChange={attributes => set({ attributes })}
        service={draft.service}
        error={problem('attributes')}
      />
      <TimeRange draft={draft} onChange={onChange} problem={problem} onFind={onFind} />
      <Group title={say('search.form.spanLasts')} end={say('search.form.spanLasts.end')}>
        <div className={styles.two}>
          {duration('minDuration')}
          {duration('maxDuration')}
        </div>
      </Group>
      <Group title={say('search.form.traceLasts')} end={say('search.form.traceLasts.end')}>
        <div className={styles.two}>
          {duration('minTraceDuration')}
          {duration('maxTraceDuration')}
        </div>
      </Group>
    </>
  )
}

/** Several fields under one name. */
function Group(props: { readonly title: string; readonly end: string; readonly children: ReactNode }): ReactNode {
  const id = useId()
  return (
    <div role="group" aria-labelledby={id} className={styles.group}>
      <span className={styles.label}>
        <b id={id}>{props.title}</b>
        <span className={styles.end}>{props.end}</span>
      </span>
      {props.children}
    </div>
  )
}

function NamePickers(props: {
  readonly draft: FormDraft
  readonly set: (changed: Partial<FormDraft>) => void
}): ReactNode {
  const { draft, set } = props
  const say = useText()
  const services = useQuery(servicesQuery).data?.services
  const operations = useQuery(operationsQuery(draft.service === '' ? undefined : draft.service)).data?.operations
  const names = operations === undefined ? undefined : [...new Set(operations.map(({ name }) => name))]
  const count = (known: readonly string[] | undefined): string =>
    known === undefined ? '' : say('search.form.count', { count: formatCount(known.length) })
  return (
    <>
      <Picker
        label={<Message id="search.form.service" values={{ count: count(services) }} />}
        items={[
          { key: ALL, text: say('search.form.allServices') },
          ...withChosen(services ?? [], draft.service).map((name): PickerItem => ({
            key: `=${name}`,
            text: name,
            content: <ServiceName name={name} />,
          })),
        ]}
        selected={draft.service === '' ? ALL : `=${draft.service}`}
        onSelect={key => {
          const service = nameOf(key)
          // A span name of another service would find nothing.
          set(service === draft.service ? {} : { service, operation: '' })
        }}
        className={styles.picker}
      />
      <Picker
        label={<Message id="search.form.operation" values={{ count: count(names) }} />}
        items={[
          { key: ALL, text: say('search.form.allOperations') },
          ...withChosen(names ?? [], draft.operation).map((name): PickerItem => ({ key: `=${name}`, text: name })),
        ]}
        selected={draft.operation === '' ? ALL : `=${draft.operation}`}
        onSelect={key => set({ operation: nameOf(key) })}
        className={styles.picker}
      />
    </>
  )
}

function nameOf(key: string): string {
  return key === ALL ? '' : key.slice(1)
}

/** A link may name what is not there (any more): it stays chosen and in the list. */
function withChosen(names: readonly string[], chosen: string): readonly string[] {
  return chosen === '' || names.includes(chosen) ? names : [chosen, ...names]
}

function TimeRange(props: {
  readonly draft: FormDraft
  readonly onChange: (draft: FormDraft) => void
  readonly problem: (field: DraftField) => string | undefined
  readonly onFind: () => void
}): ReactNode {
  const { draft, onChange, problem, onFind } = props
  const say = useText()
  const zone = useTimeZonePreference()
  const [openedMs] = useState(Date.now)
  const isPreset = (text: string): text is Preset => PRESETS.some(preset => preset === text)
  const { maxLookbackMs } = useUiConfig().search
  const localName = formatZone(BigInt(openedMs) * 1_000_000n, localTimeZone())
  // Typing leaves the preset; what is in the other field becomes exact with it.
  const type = (changed: Partial<FormDraft>): void => onChange({ ...draft, lookback: '', ...changed })
  return (
    <Group title={say('search.form.range')} end={say('search.form.range.end')}>
      <div className={styles.presets}>
        <SegmentedControl
          label={say('search.form.range')}
          segments={presetsUpTo(maxLookbackMs, draft.lookback).map(preset => ({
            key: preset,
            content: say(`search.form.range.${preset}`),
          }))}
          selected={isPreset(draft.lookback) ? draft.lookback : undefined}
          onSelect={preset => onChange(withLookback(draft, preset, Date.now()))}
          wide
        />
      </div>
      <div className={styles.exact}>
        <span aria-hidden="true">{say('search.form.from')}</span>
        <TextField
          label={say('search.form.from')}
          hideLabel
          mono
          value={draft.from}
          onChange={from => type({ from })}
          onEnter={onFind}
          placeholder={say('search.form.from.placeholder')}
          error={problem('from')}
        />
        <span aria-hidden="true">{say('search.form.to')}</span>
        <TextField
          label={say('search.form.to')}
          hideLabel
          mono
          value={draft.to}
          onChange={to => type({ to })}
          onEnter={onFind}
          placeholder="now"
          error={problem('to')}
        />
        <span aria-hidden="true">{say('search.form.zone')}</span>
        <div>
          <SegmentedControl
            label={say('search.form.zone')}
            size="small"
            segments={[
              { key: 'local', content: say('search.form.zone.local', { zone: localName }) },
              { key: 'utc', content: say('search.form.zone.utc') },
            ]}
            selected={zone.preference}
            onSelect={zone.choose}
          />
        </div>
      </div>
    </Group>
  )
}
