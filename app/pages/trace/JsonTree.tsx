// A JSON value as a tree of lines: small parts stand open, large ones say how much is in them.

import { useState } from 'react'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { formatCount } from '#app/i18n/format.ts'
import { Icon } from '#app/ui/Icon.tsx'
import styles from './JsonTree.module.css'
import type { JsonNode } from './json-tree.ts'

/** Parts with more entries, or deeper than this, are closed at first. */
const OPEN_UP_TO = 12
const OPEN_DEPTH = 2
/** So many keys stand in a closed object. */
const MOST_KEYS = 5
/** So many entries are shown before one asks for the next as many. */
const PAGE = 100

export function JsonTree({ node }: { readonly node: JsonNode }): ReactNode {
  return (
    <div className={styles.tree}>
      <Part node={node} depth={0} label={undefined} />
    </div>
  )
}

interface PartProps {
  readonly node: JsonNode
  readonly depth: number
  /** What stands before it. */
  readonly label: ReactNode
}

function Part({ node, depth, label }: PartProps): ReactNode {
  const say = useText()
  const size = node.kind === 'object' ? node.entries.length : node.kind === 'array' ? node.items.length : 0
  const [open, setOpen] = useState(size > 0 && (depth === 0 || (depth < OPEN_DEPTH && size <= OPEN_UP_TO)))
  const [shown, setShown] = useState(PAGE)
  if (node.kind === 'string' || node.kind === 'word') {
    return (
      <span className={styles.leaf} data-kind={node.kind}>
        {label}
        {node.kind === 'string' ? JSON.stringify(node.text) : node.text}
      </span>
    )
  }
  const [from, to] = node.kind === 'object' ? ['{', '}'] : ['[', ']']
  if (size === 0) {
    return (
      <span className={styles.leaf}>
        {label}
        {from}
        {to}
      </span>
    )
  }
  const parts =
    node.kind === 'object'
      ? node.entries.slice(0, shown).map((entry, at) => ({ at, label: entryLabel(entry.key), node: entry.value }))
      : node.items.slice(0, shown).map((item, at) => ({ at, label: undefined, node: item }))
  return (
    <>
      <button
        type="button"
        className={styles.toggle}
        aria-expanded={open}
        data-local-action="opens or closes a part of this value"
        onClick={() => setOpen(!open)}
      >
        <Icon name={open ? 'down' : 'right'} size={8} />
        {label}
        {open ? from : `${from} ${closedText(node)} ${to}`}
      </button>
      {open && (
        <>
          <ul>
            {parts.map(part => (
              <li key={part.at}>
                <Part node={part.node} depth={depth + 1} label={part.label} />
              </li>
            ))}
            {shown < size && (
              <li>
                <button
                  type="button"
                  className={styles.toggle}
                  data-local-action="shows more entries of this value"
                  onClick={() => setShown(shown + PAGE * 10)}
                >
                  {say('detail.value.more', { count: size - shown })}
                </button>
              </li>
            )}
          </ul>
          <span className={styles.leaf}>{to}</span>
        </>
      )}
    </>
  )
}

/** What a closed part says of itself: the keys of an object, how many entries a list has. */
function closedText(node: JsonNode): string {
  if (node.kind === 'array') return formatCount(node.items.length)
  if (node.kind !== 'object') return ''
  const keys = node.entries.slice(0, MOST_KEYS).map(({ key }) => key)
  return node.entries.length > MOST_KEYS ? `${keys.join(', ')}, … ${formatCount(node.entries.length)}` : keys.join(', ')
}

function entryLabel(key: string): ReactNode {
  return (
    <>
      <span className={styles.key}>{JSON.stringify(key)}</span>
      {': '}
    </>
  )
}
