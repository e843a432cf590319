import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { Button } from './Button.tsx'
import type { ButtonLook, ButtonSize } from './Button.tsx'

export interface CopyButtonProps {
  /** What goes to the clipboard; a function when it is costly to make. */
  readonly text: string | (() => string)
  /** What the button says; *Copy* by default. */
  readonly children?: ReactNode
  /** Name for assistive technology when several stand on one page: what is copied. */
  readonly label?: string
  readonly look?: ButtonLook
  readonly size?: ButtonSize
  readonly command?: string
}

/** For how long the button says that it copied, in milliseconds. */
const SAID_MS = 2000

/** Copies, and says so in its own place for two seconds; says why when the browser refuses. */
export function CopyButton({ text, children, label, look, size, command }: CopyButtonProps): ReactNode {
  const say = useText()
  const [state, setState] = useState<'rest' | 'copied' | 'refused'>('rest')
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])

  const copy = async (): Promise<void> => {
    let next: 'copied' | 'refused' = 'copied'
    try {
      await navigator.clipboard.writeText(typeof text === 'function' ? text() : text)
    } catch {
      // No permission, or a page that is not served securely: there is nothing to retry.
      next = 'refused'
    }
    setState(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setState('rest'), SAID_MS)
  }
  return (
    <>
      <Button
        look={look}
        size={size}
        label={state === 'rest' ? label : undefined}
        command={command}
        onPress={() => void copy()}
      >
        {state === 'copied' ? say('ui.copied') : (children ?? say('ui.copy'))}
      </Button>
      <span role="status" className={state === 'refused' ? 'err' : 'sr'}>
        {state === 'copied' ? say('ui.copied') : state === 'refused' ? say('ui.notCopied') : ''}
      </span>
    </>
  )
}
