// A list of things to do, opened by a button.

import type { ReactNode } from 'react'
import { Header, Menu as AriaMenu, MenuItem, MenuSection, MenuTrigger, Popover } from 'react-aria-components/Menu'
import lists from './List.module.css'

export interface MenuEntry {
  readonly key: string
  readonly text: string
  readonly content?: ReactNode
  /** At the right end: a key, a count. */
  readonly end?: ReactNode
  readonly disabled?: boolean
  /** A link: opened by the router, in a new tab with the usual keys. */
  readonly href?: string
  /** The place we are at: marked as current. */
  readonly current?: boolean
  readonly command?: string
}

export interface MenuGroup {
  readonly key: string
  readonly title?: string
  readonly entries: readonly MenuEntry[]
}

export interface MenuProps {
  /** The button: `<Button hasPopup="menu">`. */
  readonly trigger: ReactNode
  readonly label: string
  readonly groups: readonly MenuGroup[]
  /** Told of an entry without `href`. */
  readonly onAction: (key: string) => void
  readonly placement?: 'bottom start' | 'bottom end' | 'top start' | 'top end'
}

/** Groups are set apart by a hairline. Empty groups are left out. */
export function Menu({ trigger, label, groups, onAction, placement = 'bottom end' }: MenuProps): ReactNode {
  const shown = groups.filter(group => group.entries.length > 0)
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={lists.popover} placement={placement} offset={4}>
        <AriaMenu aria-label={label} className={lists.list} onAction={key => onAction(String(key))}>
          {shown.map(({ key, title, entries }, index) => (
            <MenuSection
              key={key}
              // Sections and entries share one space of keys.
              id={`group ${key}`}
              aria-label={title ?? label}
              className={index > 0 ? lists.section : undefined}
            >
              {title !== undefined && <Header className={lists.head}>{title}</Header>}
              {entries.map(entry => (
                <MenuItem
                  key={entry.key}
                  id={entry.key}
                  textValue={entry.text}
                  className={lists.item}
                  isDisabled={entry.disabled}
                  href={entry.href}
                  aria-current={entry.current === true ? 'page' : undefined}
                  data-command={entry.command}
                >
                  {entry.content ?? entry.text}
                  {entry.end !== undefined && <span className={lists.end}>{entry.end}</span>}
                </MenuItem>
              ))}
            </MenuSection>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  )
}
