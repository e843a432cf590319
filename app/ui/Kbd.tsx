import type { ReactNode } from 'react'
import styles from './Kbd.module.css'

/** One key cap as printed on the keyboard: `E`, `Shift`, `↑`. */
export function Kbd({ children }: { readonly children: ReactNode }): ReactNode {
  return <kbd className={styles.kbd}>{children}</kbd>
}
