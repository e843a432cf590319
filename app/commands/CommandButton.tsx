// A button that runs a command: its name, its keys and its action come from the registry's entry.

import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { Button } from '#app/ui/Button.tsx'
import type { ButtonLook, ButtonSize } from '#app/ui/Button.tsx'
import { Kbd } from '#app/ui/Kbd.tsx'
import { Tooltip } from '#app/ui/Tooltip.tsx'
import { useCommandList, useCommandRegistry } from './CommandsProvider.tsx'
import { isMac, keyCaps } from './keys.ts'

export interface CommandButtonProps {
  /** Id of a registered command; before it is registered the button is off. */
  readonly command: string
  /** What the button shows; the command's title by default. */
  readonly children?: ReactNode
  readonly look?: ButtonLook
  readonly size?: ButtonSize
  /** Prints the first key behind the text; otherwise it stands in the tooltip. */
  readonly showKey?: boolean
  readonly disabled?: boolean
}

export function CommandButton({ command: id, children, look, size, showKey, disabled }: CommandButtonProps): ReactNode {
  const registry = useCommandRegistry()
  const command = useCommandList().find(entry => entry.id === id)
  const say = useText()
  const title = command === undefined ? undefined : say(command.title)
  const caps = command?.keys?.[0] === undefined ? [] : keyCaps(command.keys[0], isMac(navigator.platform))
  const keys = caps.map(cap => <Kbd key={cap}>{cap}</Kbd>)
  const button = (
    <Button
      look={look}
      size={size}
      // A text is its own name: what is seen is what is heard and said to it.
      label={children === undefined || typeof children === 'string' ? undefined : title}
      command={id}
      disabled={disabled === true || command === undefined}
      onPress={() => registry.run(id)}
    >
      {children ?? title} {showKey === true && keys}
    </Button>
  )
  if (title === undefined || (children === undefined && (showKey === true || caps.length === 0))) return button
  return (
    <Tooltip
      text={
        <>
          {title} {showKey !== true && caps.join(' ')}
        </>
      }
    >
      {button}
    </Tooltip>
  )
}
