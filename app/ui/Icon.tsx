// The glyphs of the screen: twelve by twelve, drawn in the colour of the text around them.

import type { ReactNode } from 'react'
import styles from './Icon.module.css'

const LINE = { fill: 'none', stroke: 'currentColor', strokeLinecap: 'round', strokeLinejoin: 'round' } as const

const GLYPHS = {
  right: <path d="M4.5 2.5 8 6 4.5 9.5" strokeWidth="1.5" {...LINE} />,
  down: <path d="M2.5 4.5 6 8l3.5-3.5" strokeWidth="1.5" {...LINE} />,
  close: <path d="M2.5 2.5 9.5 9.5M9.5 2.5 2.5 9.5" strokeWidth="1.5" {...LINE} />,
  search: (
    <>
      <circle cx="5" cy="5" r="3.4" strokeWidth="1.4" {...LINE} />
      <path d="m7.7 7.7 3 3" strokeWidth="1.5" {...LINE} />
    </>
  ),
  /** Filled diamond: an error of its own. */
  error: <path d="M6 .8 11.2 6 6 11.2.8 6z" />,
  /** Hollow diamond: an error somewhere below. */
  below: <path d="M6 1.9 10.1 6 6 10.1 1.9 6z" fill="none" stroke="currentColor" strokeWidth="1.4" />,
  warn: <path d="M6 1.2 11.4 11H.6z" />,
  ok: <path d="m2 6.4 2.8 2.8L10 3.4" strokeWidth="1.8" {...LINE} />,
  plus: <path d="M6 2v8M2 6h8" strokeWidth="2" {...LINE} />,
  minus: <path d="M2 6h8" strokeWidth="2" {...LINE} />,
  side: <path d="M1.5 2h9v8h-9zM7.5 2v8" strokeWidth="1.2" {...LINE} />,
  within: <path d="M1.5 1.5h9M1.5 4h9v4h-9zM1.5 10.5h9" strokeWidth="1.2" {...LINE} />,
  under: <path d="M1.5 2h9v8h-9zM1.5 6.7h9" strokeWidth="1.2" {...LINE} />,
  out: <path d="M4 2.5h5.5V8M9.5 2.5l-6.5 6.5" strokeWidth="1.4" {...LINE} />,
  up: <path d="M6 2.5 10.5 9.5h-9z" />,
  fall: <path d="M6 9.5 1.5 2.5h9z" />,
  more: (
    <>
      <circle cx="2" cy="6" r="1.2" />
      <circle cx="6" cy="6" r="1.2" />
      <circle cx="10" cy="6" r="1.2" />
    </>
  ),
  theme: (
    <>
      <circle cx="6" cy="6" r="4.6" strokeWidth="1.3" {...LINE} />
      <path d="M6 1.4a4.6 4.6 0 0 1 0 9.2z" />
    </>
  ),
  light: <circle cx="6" cy="6" r="4.6" strokeWidth="1.3" {...LINE} />,
  dark: <circle cx="6" cy="6" r="5.2" />,
  ring: <circle cx="6" cy="6" r="4" strokeWidth="1.6" {...LINE} />,
  dot: <circle cx="6" cy="6" r="4" />,
  live: (
    <>
      <circle cx="6" cy="6" r="2.4" />
      <circle cx="6" cy="6" r="4.8" strokeWidth="1" {...LINE} />
    </>
  ),
} as const

export type IconName = keyof typeof GLYPHS

/**
 * One glyph, 12 px, hidden from assistive technology: the meaning stands in the text beside it, or in the label of the
 * button around it. `size` in CSS pixels.
 */
export function Icon({ name, size }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg className={styles.icon} viewBox="0 0 12 12" aria-hidden="true" width={size ?? 12} height={size ?? 12}>
      {GLYPHS[name]}
    </svg>
  )
}
