// A field that completes: what is typed stands, the list only offers. For a closed choice take Picker.

import type { ReactNode } from 'react'
import { ComboBox as AriaComboBox } from 'react-aria-components/ComboBox'
import { Input } from 'react-aria-components/Input'
import { Label } from 'react-aria-components/Label'
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox'
import { Popover } from 'react-aria-components/Popover'
import lists from './List.module.css'
import type { PickerItem } from './Picker.tsx'
import fields from './TextField.module.css'
import { classNames } from './class-names.ts'

export interface ComboBoxProps {
  readonly label: ReactNode
  readonly hideLabel?: boolean
  readonly value: string
  readonly onChange: (value: string) => void
  /** An offer was taken. */
  readonly onTake: (key: string) => void
  /** Offers for what is typed now, best first; the caller filters (they come from the server). */
  readonly items: readonly PickerItem[]
  readonly placeholder?: string
  readonly mono?: boolean
  readonly className?: string
}

/** Arrow keys walk the offers, Enter takes one, Escape closes the list; typing is never overwritten. */
export function ComboBox(props: ComboBoxProps): ReactNode {
  const { label, value, onChange, onTake, items, placeholder, mono } = props
  return (
    <AriaComboBox
      className={classNames(fields.field, props.className)}
      allowsCustomValue
      menuTrigger="focus"
      inputValue={value}
      onInputChange={onChange}
      value={null}
      onChange={key => {
        if (typeof key === 'string') onTake(key)
      }}
      items={items.map(item => ({ ...item, id: item.key }))}
      defaultFilter={() => true}
    >
      <span className={props.hideLabel === true ? 'sr' : fields.label}>
        <Label>{label}</Label>
      </span>
      <span className={fields.box}>
        <Input
          className={classNames(fields.input, mono === true && 'mono')}
          placeholder={placeholder}
          spellCheck={false}
        />
      </span>
      <Popover className={classNames(lists.popover, lists.wide)} offset={4} placement="bottom start">
        <ListBox<PickerItem & { id: string }> className={lists.list}>
          {item => (
            <ListBoxItem id={item.key} textValue={item.text} className={lists.item}>
              {item.content ?? <span className="cut">{item.text}</span>}
              {item.end !== undefined && <span className={lists.end}>{item.end}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaComboBox>
  )
}
