// One value for reading: JSON as a tree, SQL in lines, long texts folded; each can be seen as it was sent.

import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { Button } from '#app/ui/Button.tsx'
import type { AttributeValue as Value } from '#shared/spans/attribute-value.ts'
import styles from './AttributeValue.module.css'
import { valueText } from './attribute-text.ts'
import { JsonTree } from './JsonTree.tsx'
import { treeOfValue } from './json-tree.ts'
import { isSql, sqlLines } from './sql-text.ts'

/** Longer texts are folded, in characters: some eight lines beside their key. */
const FOLD_FROM = 400
/** More lines of a query are folded. */
const MOST_LINES = 16

export function AttributeValue({ name, value }: { readonly name: string; readonly value: Value }): ReactNode {
  const say = useText()
  const tree = useMemo(() => treeOfValue(value), [value])
  const isQuery = tree === undefined && value.type === 'string' && isSql(name, value.value)
  const [asSent, setAsSent] = useState(false)
  const readable = tree !== undefined || isQuery
  const typed = value.type !== 'string' && value.type !== 'array' && value.type !== 'map'
  return (
    <>
      {readable && !asSent ? (
        tree !== undefined ? (
          <JsonTree node={tree} />
        ) : (
          <Query text={valueText(value)} />
        )
      ) : (
        <Folded text={valueText(value)} />
      )}
      {typed && <span className={styles.type}> {value.type}</span>}
      {readable && value.type === 'string' && (
        <button
          type="button"
          className={styles.more}
          data-local-action="shows this value as it was sent, or as it is read"
          onClick={() => setAsSent(!asSent)}
        >
          {say(asSent ? 'trace.stack.read' : 'trace.stack.sent')}
        </button>
      )}
    </>
  )
}

function Query({ text }: { readonly text: string }): ReactNode {
  const lines = useMemo(() => sqlLines(text), [text])
  const [whole, setWhole] = useState(false)
  const shown = whole || lines.length <= MOST_LINES + 2 ? lines : lines.slice(0, MOST_LINES)
  return (
    <>
      <pre className={styles.query}>
        {shown.map(({ indent, clause, text: rest }, at) => (
          <span key={at} style={{ paddingLeft: `${indent * 12 + 12}px` }}>
            {clause !== '' && <b>{clause}</b>}
            {clause !== '' && rest !== '' && ' '}
            {rest}
            {'\n'}
          </span>
        ))}
      </pre>
      {lines.length > MOST_LINES + 2 && <Unfold whole={whole} length={text.length} onChange={() => setWhole(!whole)} />}
    </>
  )
}

/** A text that is long shows its beginning until all of it is asked for. */
export function Folded({ text }: { readonly text: string }): ReactNode {
  const [whole, setWhole] = useState(false)
  // A few more letters are no reason to hide them.
  const folds = text.length > FOLD_FROM * 1.25
  return (
    <>
      <span className={styles.value}>{folds && !whole ? `${whole ? text : cut(text)}…` : text}</span>
      {folds && <Unfold whole={whole} length={text.length} onChange={() => setWhole(!whole)} />}
    </>
  )
}

/** Never inside a surrogate pair. */
function cut(text: string): string {
  const last = text.charCodeAt(FOLD_FROM - 1)
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? FOLD_FROM - 1 : FOLD_FROM)
}

function Unfold(props: { readonly whole: boolean; readonly length: number; readonly onChange: () => void }): ReactNode {
  const say = useText()
  return (
    <span className={styles.unfold} data-local-action="shows all of this value, or its beginning">
      <Button size="small" look="quiet" expanded={props.whole} onPress={props.onChange}>
        {props.whole ? say('trace.detail.less') : say('detail.value.all', { count: props.length })}
      </Button>
    </span>
  )
}
