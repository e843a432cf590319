import type { ReactNode } from 'react'
import styles from './Mark.module.css'

/**
 * The mark: four prints of a trail which are also four spans of a waterfall, the last one fresh. 22 × 18; `width` in CSS
 * pixels, not below 16. Never in another colour, never animated.
 */
export function Mark({ width = 22 }: { readonly width?: number }): ReactNode {
  return (
    <svg className={styles.mark} viewBox="0 0 22 18" width={width} height={(width * 18) / 22} aria-hidden="true">
      <g className={styles.old}>
        <rect x="0.5" y="12.2" width="5.6" height="3.4" rx="1.7" transform="rotate(-28 3.3 13.9)" opacity=".35" />
        <rect x="6.2" y="13.1" width="5.6" height="3.4" rx="1.7" transform="rotate(-28 9 14.8)" opacity=".55" />
        <rect x="8.4" y="6.6" width="5.6" height="3.4" rx="1.7" transform="rotate(-28 11.2 8.3)" opacity=".78" />
      </g>
      <rect
        className={styles.fresh}
        x="14.4"
        y="7.4"
        width="6.4"
        height="3.6"
        rx="1.8"
        transform="rotate(-28 17.6 9.2)"
      />
    </svg>
  )
}
