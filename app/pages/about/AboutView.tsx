import { useState } from 'react'
import type { ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import type { Text } from '#app/i18n/Message.tsx'
import { formatBytes, formatDuration } from '#app/i18n/format.ts'
import { doorName } from '#app/i18n/ledger-words.ts'
import { buttonClass } from '#app/ui/Button.tsx'
import { CopyButton } from '#app/ui/CopyButton.tsx'
import { Dialog } from '#app/ui/Dialog.tsx'
import { Disclosure } from '#app/ui/Disclosure.tsx'
import { KeyValueList } from '#app/ui/Lines.tsx'
import { Mark } from '#app/ui/Mark.tsx'
import { Bone } from '#app/ui/States.tsx'
import type { StatusAnswer } from '#shared/api/spoor.ts'
import styles from './AboutView.module.css'

export interface AboutViewProps {
  readonly open: boolean
  readonly onClose: () => void
  /** `undefined` while it is on its way, or not to be had (`unknown`). */
  readonly status: StatusAnswer | undefined
  readonly unknown: boolean
  /** Address of the app with its base path, for links to the API. */
  readonly base: string
}

/** What a person who comes from Jaeger finds otherwise. */
const DIFFERENCES = ['search', 'durations', 'timeline', 'order', 'parameters', 'paths', 'signals', 'ledger'] as const

/** The dialog, over data that is handed in. */
export function AboutView({ open, onClose, status, unknown, base }: AboutViewProps): ReactNode {
  const say = useText()
  const [differs, setDiffers] = useState(false)
  const pending = unknown ? <span className="faint">{say('about.unknown')}</span> : <Bone width="60%" />
  const link = (path: string) => (children: ReactNode) => <a href={new URL(path, base).href}>{children}</a>
  const entries = [
    {
      key: 'build',
      name: say('about.build'),
      value:
        status === undefined
          ? pending
          : say('about.build.value', {
              node: status.process.node.replace(/^v/u, ''),
              platform: status.process.platform,
            }),
    },
    { key: 'store', name: say('about.store'), value: status === undefined ? pending : storeText(say, status) },
    {
      key: 'up',
      name: say('about.up'),
      value: status === undefined ? pending : formatDuration(Number(BigInt(status.now) - BigInt(status.startedAt))),
    },
    { key: 'receives', name: say('about.receives'), value: status === undefined ? pending : receivesText(say, status) },
    {
      key: 'answers',
      name: say('about.answers'),
      value: (
        <Message
          id="about.answers.value"
          values={{ openapi: link('api/openapi.json'), jaeger: link('api/services') }}
        />
      ),
    },
    { key: 'jaeger', name: say('about.jaeger'), value: <Message id="about.jaeger.value" /> },
    { key: 'sends', name: say('about.sends'), value: say('about.sends.value') },
    {
      key: 'made',
      name: say('about.made'),
      value: <Message id="about.made.value" values={{ licences: link('licences.txt') }} />,
    },
  ]
  return (
    <Dialog
      open={open}
      onClose={onClose}
      width={520}
      before={<Mark width={34} />}
      title={status === undefined ? say('shell.name') : say('about.title', { version: status.version })}
      subtitle={say('about.subtitle')}
      foot={
        <>
          <CopyButton text={() => bugReport(status, navigator.userAgent)} command="about.copy">
            <Message id="about.copy" />
          </CopyButton>
          <span className="grow" />
          <a className={buttonClass('quiet')} href={new URL('api/openapi.json', base).href}>
            OpenAPI
          </a>
        </>
      }
    >
      <KeyValueList entries={entries} plain className={styles.list} />
      <div className={styles.differs} data-local-action="opens what stands below it">
        <Disclosure title={say('about.differs')} open={differs} onToggle={setDiffers}>
          <ul className={styles.differences}>
            {DIFFERENCES.map(one => (
              <li key={one}>
                <Message id={`about.differs.${one}`} />
              </li>
            ))}
          </ul>
        </Disclosure>
      </div>
    </Dialog>
  )
}

function storeText(say: Text, { store }: StatusAnswer): string {
  const parts = []
  if (store.retentionAgeMs > 0) parts.push(formatDuration(store.retentionAgeMs * 1e6))
  if (store.retentionBytes > 0) parts.push(formatBytes(store.retentionBytes, 'decimal'))
  const values = { store: store.name, spans: store.spanCount }
  switch (parts.length) {
    case 0:
      return say('about.store.noRetention', values)
    case 1:
      return say('about.store.value', { ...values, retention: parts[0] })
    default:
      return say('about.store.value', {
        ...values,
        retention: say('about.store.either', { age: parts[0], bytes: parts[1] }),
      })
  }
}

function receivesText(say: Text, { listeners }: StatusAnswer): string {
  if (listeners.length === 0) return say('about.receives.none')
  return listeners.map(({ name, port }) => `${doorName(say, name)} ${port}`).join(' · ')
}

/** What a bug report needs, in English whatever the language of the screen; no address, no service name, no span. */
export function bugReport(status: StatusAnswer | undefined, userAgent: string): string {
  const lines = [`Browser: ${userAgent}`]
  if (status !== undefined) {
    lines.unshift(
      `Spoor ${status.version}, Node.js ${status.process.node}, ${status.process.platform}`,
      `Store: ${status.store.name}, ${status.store.spanCount} spans, ${status.store.bytes} bytes, writable: ${status.store.writable}`,
      `Workers: ${status.process.ingestWorkers} ingest, ${status.process.queryWorkers} query, ${status.process.cores} cores`,
      `Listeners: ${status.listeners.map(({ name }) => name).join(', ')}`,
    )
  }
  return lines.join('\n')
}
