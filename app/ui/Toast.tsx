// News that have no place of their own on the page: a link was copied, something in the background failed. What belongs to
// something on screen is a ProblemNote beside it.

import { createContext, use, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { Button } from './Button.tsx'
import { Icon } from './Icon.tsx'
import styles from './Toast.module.css'
import { classNames } from './class-names.ts'

export interface ToastMessage {
  readonly tone: 'ok' | 'error'
  readonly content: ReactNode
}

interface ShownToast extends ToastMessage {
  readonly key: number
}

/** For how long good news stay, in milliseconds; errors stay until dismissed. */
const STAY_MS = 6000
/** At most so many at once; the oldest goes. */
const MOST = 3

const ToastContext = createContext<(message: ToastMessage) => void>(() => {
  throw new Error('useToast needs a ToastProvider above it')
})

/** Shows a message: good news for 6 s (longer while pointed at), an error until dismissed. */
export function useToast(): (message: ToastMessage) => void {
  return use(ToastContext)
}

/** Holds and shows the toasts of everything below it. */
export function ToastProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [toasts, setToasts] = useState<readonly ShownToast[]>([])
  const next = useRef(0)
  const show = useCallback((message: ToastMessage) => {
    const key = next.current++
    setToasts(shown => [...shown, { ...message, key }].slice(-MOST))
  }, [])
  const dismiss = useCallback((key: number) => setToasts(shown => shown.filter(toast => toast.key !== key)), [])
  const say = useText()
  const region = useMemo(
    () => (
      <section className={styles.region} aria-label={say('ui.notifications')}>
        {toasts.map(toast => (
          <Toast key={toast.key} toast={toast} onDismiss={dismiss} />
        ))}
      </section>
    ),
    [toasts, dismiss, say],
  )
  return (
    <ToastContext value={show}>
      {children}
      {toasts.length > 0 && region}
    </ToastContext>
  )
}

function Toast(props: { readonly toast: ShownToast; readonly onDismiss: (key: number) => void }): ReactNode {
  const { toast, onDismiss } = props
  const say = useText()
  const [held, setHeld] = useState(false)
  useEffect(() => {
    if (held || toast.tone === 'error') return undefined
    const timer = setTimeout(() => onDismiss(toast.key), STAY_MS)
    return () => clearTimeout(timer)
  }, [held, toast, onDismiss])
  return (
    <div
      className={classNames(styles.toast, styles[toast.tone])}
      role={toast.tone === 'error' ? 'alert' : 'status'}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className={toast.tone === 'error' ? 'err' : 'okc'}>
        <Icon name={toast.tone} />
      </span>
      <span className="grow">{toast.content}</span>
      <Button look="quiet" size="icon-small" label={say('ui.dismiss')} onPress={() => onDismiss(toast.key)}>
        <Icon name="close" size={8} />
      </Button>
    </div>
  )
}
