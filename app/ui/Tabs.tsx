// Panels behind tabs. Tabs that are addresses: tabs-class.ts.

import type { ReactNode } from 'react'
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from 'react-aria-components/Tabs'
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

/** Only the chosen panel is in the page. Arrow keys, Home and End move; moving chooses. */
export function Tabs<Key extends string>(props: TabsProps<Key>): ReactNode {
  const { label, tabs, selected, onSelect, end } = props
  return (
    <AriaTabs
      className={classNames(styles.tabs, props.className)}
      selectedKey={selected}
      onSelectionChange={key => {
        const chosen = tabs.find(tab => tab.key === key)
        if (chosen !== undefined) onSelect(chosen.key)
      }}
    >
      <div className={styles.head}>
        <TabList aria-label={label} className={styles.line}>
          {tabs.map(tab => (
            <Tab key={tab.key} id={tab.key} className={styles.tab} data-command={tab.command}>
              {tab.title}
              {tab.count !== undefined && <span className="faint">{tab.count}</span>}
            </Tab>
          ))}
        </TabList>
        {end}
      </div>
      {tabs.map(tab => (
        <TabPanel key={tab.key} id={tab.key} className={styles.panel}>
          {tab.panel}
        </TabPanel>
      ))}
    </AriaTabs>
  )
}
