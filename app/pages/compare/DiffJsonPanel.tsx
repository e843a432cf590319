// The comparison as JSON: its lines in view stand in the page; copied or saved it is whole.

import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { formatCount } from '#app/i18n/format.ts'
import { Button } from '#app/ui/Button.tsx'
import { CopyButton } from '#app/ui/CopyButton.tsx'
import { diffJsonText } from '#shared/trace/diff/diff-json.ts'
import type { DiffJson } from '#shared/trace/diff/diff-json.ts'
import styles from './PairChanges.module.css'

const LINE = 20

export function DiffJsonPanel({ json, file }: { readonly json: DiffJson; readonly file: string }): ReactNode {
  const say = useText()
  const box = useRef<HTMLDivElement>(null)
  // oxlint-disable-next-line react/incompatible-library -- nothing made from it is memoised
  const virtual = useVirtualizer({
    count: json.lineCount,
    getScrollElement: () => box.current,
    estimateSize: () => LINE,
    overscan: 8,
  })
  const save = (): void => {
    const address = URL.createObjectURL(new Blob([diffJsonText(json)], { type: 'application/json' }))
    const link = document.createElement('a')
    link.href = address
    link.download = file
    link.click()
    setTimeout(() => URL.revokeObjectURL(address), 60_000)
  }
  return (
    <>
      <p className={styles.jsonHead} data-local-action="copies or saves the text below">
        <span className="faint">{say('compare.json.what')}</span>
        <span className="grow" />
        <CopyButton look="quiet" size="small" text={() => diffJsonText(json)}>
          {say('compare.json.copy')}
        </CopyButton>
        <Button look="quiet" size="small" onPress={save}>
          {say('compare.json.save')}
        </Button>
      </p>
      <div ref={box} className={styles.json} tabIndex={0} role="region" aria-label={say('compare.tab.json')}>
        <div className={styles.lines} style={{ height: `${virtual.getTotalSize()}px` }}>
          {virtual.getVirtualItems().map(({ index, start }) => (
            <div key={index} className={styles.line} style={{ transform: `translateY(${start}px)` }}>
              <span className={styles.number} aria-hidden="true">
                {formatCount(index + 1)}
              </span>
              <code>{json.line(index)}</code>
            </div>
          ))}
        </div>
      </div>
    </>
  )
}
