// Buttons: plain, primary (one a form), quiet (in bars), with an icon alone, and those that stay pressed.

import type { ReactNode, Ref } from 'react'
import { Button as AriaButton } from 'react-aria-components/Button'
import { ToggleButton as AriaToggleButton } from 'react-aria-components/ToggleButton'
import styles from './Button.module.css'
import { classNames } from './class-names.ts'

export type ButtonLook = 'plain' | 'primary' | 'quiet'
/** `small` is 22 px, for notes and statement lines; `icon` is a square for one glyph and needs a `label`. */
export type ButtonSize = 'normal' | 'small' | 'icon' | 'icon-small'

/** Class of a button's look, for what must be an `<a>` or a router's link. */
export function buttonClass(look: ButtonLook = 'plain', size: ButtonSize = 'normal'): string {
  return classNames(
    styles.button,
    styles[look],
    (size === 'icon' || size === 'icon-small') && styles.icon,
    (size === 'small' || size === 'icon-small') && styles.small,
  )
}

interface ButtonParts {
  readonly children: ReactNode
  readonly look?: ButtonLook
  readonly size?: ButtonSize
  /** Name for assistive technology where the content is no text. */
  readonly label?: string
  readonly disabled?: boolean
  /** Id of the command this button runs (app/commands); tests find actions without one by this attribute. */
  readonly command?: string
  readonly ref?: Ref<HTMLButtonElement>
  readonly className?: string
}

export interface ButtonProps extends ButtonParts {
  readonly onPress?: () => void
  readonly type?: 'button' | 'submit' | 'reset'
  readonly autoFocus?: boolean
  readonly expanded?: boolean
  readonly hasPopup?: 'menu' | 'listbox' | 'dialog'
}

/** A button that does something once. Inside a React Aria trigger (menu, dialog, tooltip) it opens that. */
export function Button(props: ButtonProps): ReactNode {
  const { children, look, size, label, disabled, command, ref, className, onPress, type, autoFocus } = props
  return (
    <AriaButton
      ref={ref}
      className={classNames(buttonClass(look, size), className)}
      aria-label={label}
      isDisabled={disabled}
      onPress={onPress}
      type={type ?? 'button'}
      autoFocus={autoFocus}
      aria-expanded={props.expanded}
      aria-haspopup={props.hasPopup}
      data-command={command}
    >
      {children}
    </AriaButton>
  )
}

export interface ToggleButtonProps extends ButtonParts {
  readonly pressed: boolean
  readonly onChange: (pressed: boolean) => void
}

/** A button that stays pressed: on in accent-soft with an accent border. */
export function ToggleButton(props: ToggleButtonProps): ReactNode {
  const { children, look, size, label, disabled, command, ref, className, pressed, onChange } = props
  return (
    <AriaToggleButton
      ref={ref}
      className={classNames(buttonClass(look, size), className)}
      aria-label={label}
      isDisabled={disabled}
      isSelected={pressed}
      onChange={onChange}
      data-command={command}
    >
      {children}
    </AriaToggleButton>
  )
}
