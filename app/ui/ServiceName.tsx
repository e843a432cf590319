import type { CSSProperties, ReactNode } from 'react'
import { serviceColour, serviceMark } from '#app/theme/service-colour.ts'
import styles from './ServiceName.module.css'
import { classNames } from './class-names.ts'

/** The mark of a service alone: 10 px in its hue, with its head. */
export function ServiceSwatch({ name }: { readonly name: string }): ReactNode {
  const { slot, cap } = serviceMark(name)
  return (
    <span
      className={styles.swatch}
      data-cap={cap}
      aria-hidden="true"
      style={{ '--c': serviceColour(slot) } as CSSProperties}
    />
  )
}

/** Mark and name of a service; the name is cut with an ellipsis where there is no room, and whole in its title. */
export function ServiceName({ name, faint }: { readonly name: string; readonly faint?: boolean }): ReactNode {
  return (
    <span className={styles.service} title={name}>
      <ServiceSwatch name={name} />
      <span className={classNames('cut', faint === true && 'faint')}>{name}</span>
    </span>
  )
}
