// The attributes as one line of logfmt, with real keys and values offered while typing.

import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useId, useLayoutEffect, useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { attributeKeysQuery, attributeValuesQuery } from '#app/api/search.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatCount } from '#app/i18n/format.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { Kbd } from '#app/ui/Kbd.tsx'
import styles from './AttributeField.module.css'
import { completionAt, takeOffer } from './complete-attribute.ts'
import type { Completion } from './complete-attribute.ts'

export interface AttributeFieldProps {
  readonly value: string
  readonly onChange: (value: string) => void
  /** Offers are those of this service; '' is all. */
  readonly service: string
  readonly error?: string
}

interface Offer {
  readonly text: string
  readonly count: number
}

/** Offers shown at once; more come with more letters. */
const SHOWN = 8

export function AttributeField({ value, onChange, service, error }: AttributeFieldProps): ReactNode {
  const say = useText()
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  // `active` -1: nothing was chosen with the arrows; Tab then takes the first.
  const [list, setList] = useState({ open: false, caret: 0, active: -1 })
  const wanted = useRef<number | undefined>(undefined)
  const completion = completionAt(value, Math.min(list.caret, value.length))
  const offers = useOffers(useDeferredValue(JSON.stringify(completion)), service, list.open)
  const open = list.open && offers.length > 0

  useLayoutEffect(() => {
    // An offer was taken: the caret stands behind it.
    if (wanted.current === undefined) return
    input.current?.setSelectionRange(wanted.current, wanted.current)
    wanted.current = undefined
  })

  const take = (offer: Offer): void => {
    const taken = takeOffer(value, completion, offer.text)
    onChange(taken.text)
    wanted.current = taken.caret
    // After a key its values are offered, after a value the word is done.
    setList({ open: completion.kind === 'key', caret: taken.caret, active: -1 })
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      const first = step > 0 ? 0 : offers.length - 1
      const next = list.active < 0 ? first : (list.active + step + offers.length) % offers.length
      setList({ open: true, caret: caretOf(event.currentTarget), active: open ? next : -1 })
    } else if (open && event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      setList({ ...list, open: false, active: -1 })
    } else if (open && ((event.key === 'Tab' && !event.shiftKey) || (event.key === 'Enter' && list.active >= 0))) {
      event.preventDefault()
      take(offers[Math.max(0, list.active)])
    }
  }
  return (
    <div className={styles.field} data-invalid={error === undefined ? undefined : ''}>
      <span className={styles.label}>
        <label htmlFor={`${id}input`}>
          <b>{say('search.form.attributes')}</b>
        </label>
        <span className={styles.end}>{say('search.form.attributes.end')}</span>
      </span>
      <div className={styles.under}>
        <input
          ref={input}
          id={`${id}input`}
          className={styles.input}
          value={value}
          placeholder={say('search.form.attributes.placeholder')}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={open}
          aria-controls={`${id}list`}
          aria-activedescendant={open ? `${id}${Math.max(0, list.active)}` : undefined}
          aria-describedby={`${id}hint`}
          aria-invalid={error !== undefined}
          onChange={event => {
            onChange(event.currentTarget.value)
            setList({ open: true, caret: caretOf(event.currentTarget), active: -1 })
          }}
          onSelect={event => {
            const caret = caretOf(event.currentTarget)
            if (caret !== list.caret) setList({ ...list, caret })
          }}
          onKeyDown={onKeyDown}
          onBlur={() => setList({ ...list, open: false, active: -1 })}
        />
        <div className={styles.offers} hidden={!open}>
          <p className={styles.head} aria-hidden="true">
            <span className="cut">
              {completion.kind === 'key'
                ? say('search.complete.keys')
                : say('search.complete.values', { key: completion.key })}
            </span>
            <span className={styles.end}>{say('search.complete.count')}</span>
          </p>
          <ul id={`${id}list`} role="listbox" aria-label={say('search.complete.label')}>
            {offers.map((offer, index) => (
              <li
                key={offer.text}
                id={`${id}${index}`}
                role="option"
                aria-selected={index === Math.max(0, list.active)}
                className={styles.offer}
                // The field keeps the focus.
                onPointerDown={event => event.preventDefault()}
                onClick={() => take(offer)}
              >
                <code className="cut">
                  <Marked text={offer.text} part={completion.prefix} />
                </code>
                <span className={styles.end}>{formatCount(offer.count)}</span>
              </li>
            ))}
          </ul>
          <p className={styles.keys} aria-hidden="true">
            <span>
              <Kbd>Tab</Kbd> {say('search.complete.take')}
            </span>
            <span>
              <Kbd>↑↓</Kbd> {say('search.complete.choose')}
            </span>
            <span>
              <Kbd>Esc</Kbd> {say('search.complete.close')}
            </span>
          </p>
        </div>
      </div>
      <span id={`${id}hint`} className={error === undefined ? styles.hint : styles.problem}>
        {error === undefined ? (
          <Message id="search.form.attributes.hint" />
        ) : (
          <>
            <Icon name="error" size={10} /> {error}
          </>
        )}
      </span>
    </div>
  )
}

function caretOf(field: HTMLInputElement): number {
  return field.selectionStart ?? field.value.length
}

/** The typed part of an offer in bold, where it occurs. */
function Marked({ text, part }: { readonly text: string; readonly part: string }): ReactNode {
  const at = part === '' ? -1 : text.toLowerCase().indexOf(part.toLowerCase())
  if (at < 0) return text
  return (
    <>
      {text.slice(0, at)}
      <b>{text.slice(at, at + part.length)}</b>
      {text.slice(at + part.length)}
    </>
  )
}

/** What the server offers for a completion (as JSON, so that it is the same while it says the same). */
function useOffers(completionJson: string, service: string, asked: boolean): readonly Offer[] {
  const completion = JSON.parse(completionJson) as Completion
  const of = service === '' ? undefined : service
  const isKey = completion.kind === 'key'
  const keys = useQuery({ ...attributeKeysQuery(completion.prefix, of), enabled: asked && isKey })
  const values = useQuery({
    ...attributeValuesQuery(isKey ? '' : completion.key, completion.prefix, of),
    enabled: asked && !isKey,
  })
  if (!isKey) {
    const all = values.data?.values ?? []
    // A word that is written whole needs no offer of itself.
    if (all.length === 1 && all[0].value === completion.prefix) return []
    return all.slice(0, SHOWN).map(({ value, count }) => ({ text: value, count }))
  }
  const counts = new Map<string, number>()
  for (const { key, count } of keys.data?.keys ?? []) counts.set(key, (counts.get(key) ?? 0) + count)
  return [...counts].slice(0, SHOWN).map(([text, count]) => ({ text, count }))
}
