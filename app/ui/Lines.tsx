// The lines that frame a page's content: a bar of tools, the statement beside a result, the foot, the tray of what is
// chosen, the head of a section.

import type { ReactNode, Ref } from 'react'
import styles from './Lines.module.css'
import { classNames } from './class-names.ts'

interface LineProps {
  readonly children: ReactNode
  readonly className?: string
}

/** Tools or tabs, 36 px (32 with `tight`), a hairline below. */
export function Bar({ children, className, tight }: LineProps & { readonly tight?: boolean }): ReactNode {
  return <div className={classNames(styles.bar, tight === true && styles.tight, className)}>{children}</div>
}

/**
 * The statement beside a result: how many of how many, why no more, how complete. Announced politely when it changes.
 * Put marks with `<Icon>` in `warn`, `okc` or `err`; `<StatementGap />` between groups.
 */
export function StatementLine({ children, className }: LineProps): ReactNode {
  return (
    <div className={classNames(styles.statement, className)} role="status">
      {children}
    </div>
  )
}

/** An upright hairline between two groups of a statement. */
export function StatementGap(): ReactNode {
  return <span className={styles.gap} aria-hidden="true" />
}

/** Foot of a page, 24 px, sticky: what is shown of how much, zone, age. `wide` parts go first at narrow width. */
export function Foot({ children, className }: LineProps): ReactNode {
  return <footer className={classNames(styles.foot, className)}>{children}</footer>
}

/** A part of Foot or Tray that goes at 1,020 px. */
export function Wide({ children }: { readonly children: ReactNode }): ReactNode {
  return <span className={styles.wide}>{children}</span>
}

/** What is chosen and what can be done with it, 44 px, at the foot. */
export function Tray({ children, className, label }: LineProps & { readonly label: string }): ReactNode {
  return (
    <section className={classNames(styles.tray, className)} aria-label={label}>
      {children}
    </section>
  )
}

/** Head of a section in a panel, 28 px: name in ink, facts faint. */
export function SectionHead(props: {
  readonly title: ReactNode
  readonly children?: ReactNode
  readonly level?: 2 | 3 | 4
}): ReactNode {
  const Heading = `h${props.level ?? 3}` as const
  return (
    <div className={styles.section}>
      <Heading className={styles.sectionTitle}>{props.title}</Heading>
      {props.children}
    </div>
  )
}

/** The sentence that answers first; its links are underlined, an error link is red. */
export function Sentence({
  children,
  className,
  ref,
}: LineProps & { readonly ref?: Ref<HTMLHeadingElement> }): ReactNode {
  return (
    <h1 ref={ref} className={classNames(styles.sentence, className)}>
      {children}
    </h1>
  )
}

export interface KeyValue {
  readonly key: string
  readonly name: ReactNode
  readonly value: ReactNode
}

/** Names and values in two columns; mono unless `plain`. */
export function KeyValueList(props: {
  readonly entries: readonly KeyValue[]
  readonly plain?: boolean
  readonly className?: string
}): ReactNode {
  return (
    <dl className={classNames(styles.pairs, props.plain === true && styles.plain, props.className)}>
      {props.entries.map(({ key, name, value }) => (
        <div key={key} className={styles.pair}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
