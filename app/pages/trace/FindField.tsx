// The find field with its count and its two arrows. What is typed goes to the address after a moment; Enter goes on.

import { useEffect, useRef, useState } from 'react'
import type { ReactNode, RefObject } from 'react'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { useText } from '#app/i18n/Message.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { Kbd } from '#app/ui/Kbd.tsx'
import { TextField } from '#app/ui/TextField.tsx'
import styles from './Trace.module.css'
import { filterOfBraces } from './use-query-text.ts'

export interface FindFieldProps {
  readonly value: string
  readonly onChange: (value: string) => void
  /** Enter after a text in braces, which stays as a filter. */
  readonly onFilter: (text: string) => void
  readonly onEnter: () => void
  /** How many match, and which of them one is at (0: none). */
  readonly count: number
  readonly at: number
  /** Still looking. */
  readonly busy: boolean
  readonly inputRef: RefObject<HTMLInputElement | null>
}

/** Whether what is typed is on its way to be a filter, and not yet to be found. */
function isFilter(text: string): boolean {
  return text.trimStart().startsWith('{')
}

/** What the braces ask for; '' without them. */
function filterIn(text: string): string {
  return isFilter(text) ? filterOfBraces(text) : ''
}

/** A pause in typing, ms: after it the find runs. */
const PAUSE = 150

export function FindField({
  value,
  onChange,
  onFilter,
  onEnter,
  count,
  at,
  busy,
  inputRef,
}: FindFieldProps): ReactNode {
  const say = useText()
  const [typed, setTyped] = useState(value)
  const [known, setKnown] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  // Another value from outside (a link, Escape) replaces what was typed.
  if (known !== value) {
    setKnown(value)
    setTyped(value)
  }
  useEffect(() => () => clearTimeout(timer.current), [])
  const commit = (text: string): void => {
    clearTimeout(timer.current)
    if (text === known) return
    setKnown(text)
    onChange(text)
  }
  return (
    <search className={styles.find}>
      <TextField
        label={say('trace.find.label')}
        hideLabel
        placeholder={say('trace.find.placeholder')}
        before={<Icon name="search" />}
        value={typed}
        inputRef={inputRef}
        inputMode="search"
        onChange={text => {
          setTyped(text)
          clearTimeout(timer.current)
          if (!isFilter(text)) timer.current = setTimeout(() => commit(text), PAUSE)
        }}
        onEnter={() => {
          const filter = filterIn(typed)
          if (filter !== '') {
            clearTimeout(timer.current)
            setKnown('')
            setTyped('')
            onFilter(filter)
          } else if (typed === known) onEnter()
          else commit(typed)
        }}
      />
      {typed === '' && (
        <span className={styles.findKey} aria-hidden="true">
          <Kbd>/</Kbd>
        </span>
      )}
      {value !== '' && (
        <>
          <span className={styles.count} role="status">
            {busy
              ? say('trace.find.busy')
              : count === 0
                ? say('trace.find.none')
                : at > 0
                  ? say('trace.find.count', { at, count })
                  : say('trace.find.found', { count })}
          </span>
          <CommandButton command="trace.previousMatch" look="quiet" size="icon-small" disabled={count === 0}>
            <Icon name="up" size={8} />
          </CommandButton>
          <CommandButton command="trace.nextMatch" look="quiet" size="icon-small" disabled={count === 0}>
            <Icon name="fall" size={8} />
          </CommandButton>
        </>
      )}
    </search>
  )
}
