// Keys and values, each with what can be done with it.

import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { Button } from '#app/ui/Button.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { Menu } from '#app/ui/Menu.tsx'
import type { Attribute, AttributeValue as Value } from '#shared/spans/attribute-value.ts'
import type { Link } from '#shared/trace/link-patterns.ts'
import styles from './SpanDetail.module.css'
import { AttributeValue } from './AttributeValue.tsx'
import { valueText } from './attribute-text.ts'
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
        // What is open of a value stays open for the same key of the next span.
        <div key={`${at} ${key}`} className={styles.pair}>
          <dt>{breakable(key)}</dt>
          <dd>
            <AttributeValue key={`${value.type} ${valueText(value).slice(0, 200)}`} name={key} value={value} />
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

function ValueMenu(props: {
  readonly name: string
  readonly value: Value
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
    else if (key === 'column') actions.column(name)
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
                  {
                    key: 'column',
                    text: say(actions.columns.includes(name) ? 'detail.value.noColumn' : 'detail.value.column'),
                  },
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
