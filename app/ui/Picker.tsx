// A button that opens a list to choose one from: same height and border as an input, a caret at the end. With many
// entries the list starts with a field that filters it.

import type { ReactNode } from 'react'
import { Autocomplete, useFilter } from 'react-aria-components/Autocomplete'
import { Button } from 'react-aria-components/Button'
import { Input } from 'react-aria-components/Input'
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox'
import { Popover } from 'react-aria-components/Popover'
import { SearchField } from 'react-aria-components/SearchField'
import { Select, SelectValue } from 'react-aria-components/Select'
import { ListLayout, Virtualizer } from 'react-aria-components/Virtualizer'
import { Label } from 'react-aria-components/Label'
import { useText } from '#app/i18n/Message.tsx'
import { Icon } from './Icon.tsx'
import lists from './List.module.css'
import styles from './Picker.module.css'
import fields from './TextField.module.css'
import { classNames } from './class-names.ts'

export interface PickerItem {
  readonly key: string
  /** What is typed against and read out. */
  readonly text: string
  /** What is shown; `text` when absent. */
  readonly content?: ReactNode
  /** At the right end: a count, already formatted. */
  readonly end?: ReactNode
}

export interface PickerProps {
  readonly label: ReactNode
  readonly hideLabel?: boolean
  /** At the right end of the label. */
  readonly end?: ReactNode
  readonly items: readonly PickerItem[]
  readonly selected: string | undefined
  readonly onSelect: (key: string) => void
  /** On the button while nothing is chosen. */
  readonly placeholder?: string
  /** A field that filters; default from 8 items on. */
  readonly find?: boolean
  readonly disabled?: boolean
  readonly command?: string
  readonly className?: string
}

/** From how many items on the list has a field to filter by. */
const FIND_FROM = 8
/** From how many items on only those in view are in the page: 10,000 span names open at once. */
const WINDOW_FROM = 200

/** Chooses one of `items`; any number of them. */
export function Picker(props: PickerProps): ReactNode {
  const { label, items, selected, onSelect, placeholder } = props
  const say = useText()
  const { contains } = useFilter({ sensitivity: 'base' })
  const find = props.find ?? items.length >= FIND_FROM

  const list = (
    <ListBox
      className={lists.list}
      items={items.map(item => ({ ...item, id: item.key }))}
      renderEmptyState={() => <p className={lists.empty}>{say('ui.noEntries')}</p>}
    >
      {item => (
        <ListBoxItem id={item.key} textValue={item.text} className={lists.item}>
          {item.content ?? <span className="cut">{item.text}</span>}
          {item.end !== undefined && <span className={lists.end}>{item.end}</span>}
        </ListBoxItem>
      )}
    </ListBox>
  )
  const windowed =
    items.length >= WINDOW_FROM ? (
      <Virtualizer layout={ListLayout} layoutOptions={{ rowSize: 26, rowHeight: 26 }}>
        {list}
      </Virtualizer>
    ) : (
      list
    )

  return (
    <Select
      className={classNames(fields.field, props.className)}
      value={selected ?? null}
      onChange={key => {
        if (typeof key === 'string') onSelect(key)
      }}
      placeholder={placeholder}
      isDisabled={props.disabled}
    >
      <span className={props.hideLabel === true ? 'sr' : fields.label}>
        <Label>{label}</Label>
        {props.end !== undefined && <span className={fields.end}>{props.end}</span>}
      </span>
      <Button className={styles.button} data-command={props.command}>
        <SelectValue className={styles.value} />
        <Icon name="down" />
      </Button>
      <Popover className={classNames(lists.popover, lists.wide)} offset={4} placement="bottom start">
        {find ? (
          <Autocomplete filter={contains}>
            <SearchField aria-label={say('ui.find')} autoFocus className={lists.find}>
              <span className={fields.box}>
                <span className={fields.before}>
                  <Icon name="search" />
                </span>
                <Input className={fields.input} placeholder={say('ui.find')} spellCheck={false} />
              </span>
            </SearchField>
            {windowed}
          </Autocomplete>
        ) : (
          windowed
        )}
      </Popover>
    </Select>
  )
}
