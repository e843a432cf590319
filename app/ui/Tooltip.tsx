import type { ReactElement, ReactNode } from 'react'
import { Tooltip as AriaTooltip, TooltipTrigger } from 'react-aria-components/Tooltip'
import styles from './Tooltip.module.css'

/** Class of a tooltip's look, for the one element that follows the pointer over a canvas. */
export const tooltipClass: string = styles.tooltip

/**
 * Says more about a button (or anything React Aria can focus) after 300 ms of hover, and at once on keyboard focus.
 * Never the only place of an information: a phone has no hover.
 */
export function Tooltip({ children, text }: { readonly children: ReactElement; readonly text: ReactNode }): ReactNode {
  return (
    <TooltipTrigger delay={300} closeDelay={100}>
      {children}
      <AriaTooltip className={styles.tooltip} offset={6}>
        {text}
      </AriaTooltip>
    </TooltipTrigger>
  )
}
