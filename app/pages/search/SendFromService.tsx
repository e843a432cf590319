// Lines to copy, one tab a language, and the light under them.

import { useState } from 'react'
import type { ReactNode } from 'react'
import { useCommands } from '#app/commands/CommandsProvider.tsx'
import { Message, useText } from '#app/i18n/Message.tsx'
import { CopyButton } from '#app/ui/CopyButton.tsx'
import { ProblemNote } from '#app/ui/ProblemNote.tsx'
import { Tabs } from '#app/ui/Tabs.tsx'
import styles from './EmptyStore.module.css'
import { FirstSpan } from './FirstSpan.tsx'
import { lineParts, sendLines } from './send-lines.ts'
import type { SendAddress } from './send-lines.ts'

const CLASSES = { code: undefined, note: styles.note, yours: styles.yours } as const

export function SendFromService(props: {
  /** `undefined`: no door for OTLP over HTTP is open. */
  readonly address: SendAddress | undefined
  readonly upMs: number
  readonly onLeave: () => void
}): ReactNode {
  const { address, upMs, onLeave } = props
  const say = useText()
  const [tab, setTab] = useState('env')
  const tabs = address === undefined ? [] : sendLines(address.http)
  const text = tabs.find(({ key }) => key === tab)?.text ?? ''
  useCommands([
    {
      id: 'search.copyLines',
      title: 'command.search.copyLines',
      group: 'page',
      run: () => void navigator.clipboard.writeText(text).catch(() => undefined),
    },
    {
      id: 'search.nextLanguage',
      title: 'command.search.nextLanguage',
      group: 'page',
      run: () => setTab(tabs[(tabs.findIndex(({ key }) => key === tab) + 1) % tabs.length]?.key ?? 'env'),
    },
  ])
  return (
    <div className={styles.code}>
      {address === undefined ? (
        <ProblemNote tone="warning" what={<Message id="search.send.closed" />} />
      ) : (
        <Tabs
          className={styles.tabs}
          label={say('search.send.tabs')}
          selected={tab}
          onSelect={setTab}
          end={
            <CopyButton
              text={text}
              look="quiet"
              size="small"
              command="search.copyLines"
              label={say('search.send.copy')}
            />
          }
          tabs={tabs.map(({ key, title, text: lines }) => ({
            key,
            title: title ?? say('search.send.withoutCode'),
            command: 'search.nextLanguage',
            panel: (
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls sideways: the keyboard must reach it
              <pre tabIndex={0}>
                {lines.split('\n').map((line, index) => (
                  <span key={index}>
                    {lineParts(line, address.http).map((part, at) => (
                      <span key={at} className={CLASSES[part.kind]}>
                        {part.text}
                      </span>
                    ))}
                    {'\n'}
                  </span>
                ))}
              </pre>
            ),
          }))}
        />
      )}
      <FirstSpan upMs={upMs} onLeave={onLeave} />
    </div>
  )
}
