// Keys and values, each with what can be done with it. A value that has parts (an array, a map, JSON in a string) is indented.

import { useState } from 'react'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { Button } from '#app/ui/Button.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { Menu } from '#app/ui/Menu.tsx'
import type { Attribute, AttributeValue } from '#shared/spans/attribute-value.ts'
import type { Link } from '#shared/trace/link-patterns.ts'
import styles from './SpanDetail.module.css'
import { indentedText, valueText } from './attribute-text.ts'
import type { ValueActions } from './value-actions.ts'

export interface AttributeListProps {
  readonly attributes: readonly Attribute[]
  readonly service: string | undefined
  readonly actions: ValueActions
  /** Links that are made of the value of a key. */
  readonly linksOf?: (key: string) => readonly Link[]
}

export function AttributeList({ attributes, service, actions, linksOf }: AttributeListProps): ReactNode {
  return (
    <dl className={styles.pairs}>
      {attributes.map(({ key, value }, at) => (
        <div key={at} className={styles.pair}>
          <dt>{breakable(key)}</dt>
          <dd>
            <Value value={value} />
            {linksOf?.(key).map(link => (
              <a key={link.href} className={styles.pattern} href={link.href} target="_blank" rel="noreferrer">
                {link.text}
              </a>
            ))}
            <ValueMenu name={key} value={value} service={service} actions={actions} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** Longer values are cut until asked for, in characters. */
const CUT_FROM = 2000

function Value({ value }: { readonly value: AttributeValue }): ReactNode {
  const say = useText()
  const [whole, setWhole] = useState(false)
  const indented = indentedText(value)
  const text = indented ?? valueText(value)
  const cut = !whole && text.length > CUT_FROM
  const shown = cut ? `${text.slice(0, CUT_FROM)}…` : text
  const type = value.type === 'string' || value.type === 'array' || value.type === 'map' ? '' : value.type
  return (
    <>
      {indented === undefined ? (
        <span className={styles.value}>{shown}</span>
      ) : (
        <pre className={styles.value}>{shown}</pre>
      )}
      {type !== '' && <span className={styles.type}> {type}</span>}
      {cut && (
        <span data-local-action="shows the rest of this value">
          <Button size="small" look="quiet" onPress={() => setWhole(true)}>
            {say('trace.detail.more')}
          </Button>
        </span>
      )}
    </>
  )
}

function ValueMenu(props: {
  readonly name: string
  readonly value: AttributeValue
  readonly service: string | undefined
  readonly actions: ValueActions
}): ReactNode {
  const { name, value, service, actions } = props
  const say = useText()
  const searchable = value.type !== 'array' && value.type !== 'map' && value.type !== 'bytes' && value.type !== 'empty'
  const act = (key: string): void => {
    const text = valueText(value)
    if (key === 'find') actions.find(name, text)
    else if (key === 'only') actions.only(name, text)
    else if (key === 'hide') actions.hide(name, text)
    else if (key === 'colour') actions.colour(name)
    else if (key === 'search') actions.search(name, text, service)
    else if (key === 'pair') actions.copy(`${name}=${text}`)
    else actions.copy(text)
  }
  return (
    <span className={styles.act}>
      <Menu
        label={say('trace.detail.value', { key: name })}
        trigger={
          <Button look="quiet" size="icon-small" hasPopup="menu" label={say('trace.detail.value', { key: name })}>
            <Icon name="more" />
          </Button>
        }
        groups={[
          {
            key: 'find',
            entries: searchable
              ? [
                  { key: 'only', text: say('trace.detail.value.only') },
                  { key: 'hide', text: say('trace.detail.value.hide') },
                  { key: 'find', text: say('trace.detail.value.find') },
                  { key: 'colour', text: say('trace.detail.value.colour') },
                  { key: 'search', text: say('trace.detail.value.search') },
                ]
              : [],
          },
          {
            key: 'copy',
            entries: [
              { key: 'copy', text: say('trace.detail.value.copy') },
              { key: 'pair', text: say('trace.detail.value.copyPair') },
            ],
          },
        ]}
        onAction={act}
      />
    </span>
  )
}

/** A key that may break after its points. */
function breakable(key: string): ReactNode {
  return key.split('.').flatMap((part, at, parts) => (at < parts.length - 1 ? [`${part}.`, <wbr key={at} />] : [part]))
}
