// A labelled line of text, with a hint under it or, in its place, what is wrong with it.

import type { ReactNode, Ref } from 'react'
import { FieldError } from 'react-aria-components/FieldError'
import { Input } from 'react-aria-components/Input'
import { Label } from 'react-aria-components/Label'
import { Text } from 'react-aria-components/Text'
import { TextField as AriaTextField } from 'react-aria-components/TextField'
import { Icon } from './Icon.tsx'
import styles from './TextField.module.css'
import { classNames } from './class-names.ts'

export interface TextFieldProps {
  /** Above the field; with `hideLabel` only for assistive technology. */
  readonly label: ReactNode
  readonly hideLabel?: boolean
  /** At the right end of the label: what the field means. */
  readonly end?: ReactNode
  readonly value: string
  readonly onChange: (value: string) => void
  /** Enter in the field; without it Enter submits the form around. */
  readonly onEnter?: () => void
  readonly onBlur?: () => void
  readonly placeholder?: string
  readonly hint?: ReactNode
  /** What was seen and what is expected; shows instead of the hint and marks the field. */
  readonly error?: ReactNode
  readonly mono?: boolean
  /** Inside the field, before the text: `min`, a magnifying glass. */
  readonly before?: ReactNode
  readonly inputMode?: 'text' | 'numeric' | 'decimal' | 'search'
  readonly name?: string
  readonly autoFocus?: boolean
  readonly disabled?: boolean
  readonly inputRef?: Ref<HTMLInputElement>
  readonly className?: string
}

/** A text field; it keeps nothing, and checks nothing: the caller says `error`. */
export function TextField(props: TextFieldProps): ReactNode {
  const { label, end, value, onChange, onEnter, onBlur, placeholder, hint, error, mono, before, inputMode, inputRef } =
    props
  const bad = error !== undefined && error !== ''
  return (
    <AriaTextField
      className={classNames(styles.field, props.className)}
      value={value}
      onChange={onChange}
      onBlur={onBlur}
      onKeyDown={event => {
        // An input method's own Enter takes a word, it does not ask.
        if (event.key === 'Enter' && onEnter !== undefined && !event.nativeEvent.isComposing) {
          event.preventDefault()
          onEnter()
        } else {
          // React Aria keeps a key to itself otherwise: Escape has to reach the dialog around, and the page's commands.
          event.continuePropagation()
        }
      }}
      isInvalid={bad}
      isDisabled={props.disabled}
      name={props.name}
      autoFocus={props.autoFocus}
      validationBehavior="aria"
    >
      <span className={props.hideLabel === true ? 'sr' : styles.label}>
        <Label>{label}</Label>
        {end !== undefined && <span className={styles.end}>{end}</span>}
      </span>
      <span className={styles.box}>
        {before !== undefined && <span className={styles.before}>{before}</span>}
        <Input
          ref={inputRef}
          className={classNames(styles.input, mono === true && 'mono')}
          placeholder={placeholder}
          inputMode={inputMode}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
        />
      </span>
      {hint !== undefined && !bad && (
        <Text slot="description" className={styles.hint}>
          {hint}
        </Text>
      )}
      <FieldError className={classNames(styles.hint, 'err')}>
        <Icon name="error" size={10} /> {error}
      </FieldError>
    </AriaTextField>
  )
}
