// Panels behind tabs. Tabs that are addresses: tabs-class.ts.

import { useLayoutEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { Tab, TabList, Tabs as AriaTabs } from 'react-aria-components/Tabs'
import styles from './Tabs.module.css'
import { classNames } from './class-names.ts'

export interface TabItem<Key extends string> {
  readonly key: Key
  readonly title: ReactNode
  /** Number behind the title, already formatted. */
  readonly count?: string
  readonly panel: ReactNode
  readonly command?: string
}

export interface TabsProps<Key extends string> {
  readonly label: string
  readonly tabs: readonly TabItem<Key>[]
  readonly selected: Key
  readonly onSelect: (key: Key) => void
  /** At the right end of the line of tabs: a copy button. */
  readonly end?: ReactNode
  readonly className?: string
}

/**
 * Only the chosen panel is in the page. Arrow keys, Home and End move; moving chooses. The line of tabs and the panel are the
 * last two children: a template of React Aria's may stand before them.
 */
export function Tabs<Key extends string>(props: TabsProps<Key>): ReactNode {
  const { label, tabs, selected, onSelect, end } = props
  const box = useRef<HTMLDivElement>(null)
  const name = (): void => namePanel(box.current)
  useLayoutEffect(name)
  return (
    <div ref={box} className={classNames(styles.tabs, props.className)}>
      <AriaTabs
        selectedKey={selected}
        onSelectionChange={key => {
          const chosen = tabs.find(tab => tab.key === key)
          if (chosen !== undefined) onSelect(chosen.key)
        }}
        className={styles.head}
      >
        <TabList aria-label={label} className={styles.line}>
          {tabs.map(tab => (
            <Tab key={tab.key} id={tab.key} className={styles.tab} data-command={tab.command} ref={name}>
              {tab.title}
              {tab.count !== undefined && <span className="faint">{tab.count}</span>}
            </Tab>
          ))}
        </TabList>
        {end}
      </AriaTabs>
      <Panel key={selected}>{tabs.find(tab => tab.key === selected)?.panel}</Panel>
    </div>
  )
}

/** By the names that the chosen tab has for both of them; tabs come into the page a moment after their panel. */
function namePanel(box: Element | null): void {
  const panel = box?.querySelector(':scope > [role=tabpanel]')
  const tab = box?.querySelector('[role=tab][aria-selected=true]')
  if (!panel || !tab) return
  panel.id = tab.getAttribute('aria-controls') ?? ''
  panel.setAttribute('aria-labelledby', tab.id)
}

/** What the Tab key stops at, as far as it is told without looking at how things are laid out. */
const STOPS = 'a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, summary, [tabindex="0"]'

/**
 * With nothing in it to stop at, the Tab key stops at itself. React Aria's own panel asks with each change in it which of its
 * elements can be seen: a layout of the page for each row that scrolls in.
 */
function Panel({ children }: { readonly children: ReactNode }): ReactNode {
  const ref = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const panel = ref.current
    if (panel === null) return undefined
    const look = (): void => {
      if (panel.querySelector(STOPS) === null) panel.tabIndex = 0
      else panel.removeAttribute('tabindex')
    }
    look()
    const changes = new MutationObserver(look)
    changes.observe(panel, { childList: true, subtree: true })
    return () => changes.disconnect()
  }, [])
  return (
    <div ref={ref} role="tabpanel" className={styles.panel}>
      {children}
    </div>
  )
}
