// Status: one sentence, then the ledger, what was refused, who sends, the store, limits, the process. Plain and true:
// everything is what the server said at the moment named at the foot.

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { ApiError } from '#app/api/fetch-json.ts'
import { statusQuery } from '#app/api/status.ts'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { useCommands } from '#app/commands/CommandsProvider.tsx'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatClock, formatZone } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Foot, Wide } from '#app/ui/Lines.tsx'
import { PageTitle } from '#app/ui/PageTitle.tsx'
import { ProblemNote } from '#app/ui/ProblemNote.tsx'
import { ErrorState, LoadingLines } from '#app/ui/States.tsx'
import type { StatusAnswer } from '#shared/api/spoor.ts'
import { Doors } from './Doors.tsx'
import { Ledger, NotKept } from './Ledger.tsx'
import styles from './Page.module.css'
import { Sampling } from './Sampling.tsx'
import { Senders } from './Senders.tsx'
import { Limits, Process, Store } from './Server.tsx'
import { Verdict } from './Verdict.tsx'

/** How often the page asks again, ms. */
const EVERY_MS = 2000

export function Page(): ReactNode {
  const say = useText()
  const asked = useQuery({ ...statusQuery, refetchInterval: EVERY_MS })
  // Without an answer each try begins as if there had been none before: what is wrong stays on screen meanwhile.
  const [failed, setFailed] = useState(asked.error)
  if (asked.error !== null && asked.error !== failed) setFailed(asked.error)
  useCommands([
    { id: 'status.again', title: 'command.status.again', group: 'page', keys: ['r'], run: () => void asked.refetch() },
  ])
  return (
    <div className={styles.status}>
      <PageTitle>{say('status.title')}</PageTitle>
      {asked.data !== undefined ? (
        <Answered status={asked.data} stale={asked.isError} />
      ) : failed !== null ? (
        <Failed error={failed} />
      ) : (
        <div className={styles.place}>
          <LoadingLines lines={14} />
        </div>
      )}
    </div>
  )
}

function Failed({ error }: { readonly error: Error }): ReactNode {
  const say = useText()
  const network = error instanceof ApiError && error.code === 'network'
  return (
    <div className={styles.place}>
      <ErrorState
        title={say(network ? 'error.network' : 'status.failed')}
        actions={
          <CommandButton command="status.again" size="small">
            {say('ui.tryAgain')}
          </CommandButton>
        }
      >
        {network ? say('error.network.why', { detail: error.message }) : error.message}
      </ErrorState>
    </div>
  )
}

function Answered({ status, stale }: { readonly status: StatusAnswer; readonly stale: boolean }): ReactNode {
  const say = useText()
  const zone = useTimeZone()
  const now = BigInt(status.now)
  const { store } = status
  return (
    <>
      <div>
        {stale && (
          <ProblemNote tone="warning" what={say('status.stale', { time: formatClock(now, zone).slice(0, 8) })} />
        )}
        {!store.writable && (
          <ProblemNote tone="error" what={say('status.notWritable')} why={store.writableReason ?? undefined} />
        )}
        {store.quarantined.length > 0 && (
          <ProblemNote
            tone="warning"
            what={say('status.quarantined', { count: store.quarantined.length })}
            why={store.quarantined.map(({ file, reason }) => `${file}: ${reason}`).join('; ')}
          />
        )}
        <Verdict status={status} />
        <div className={styles.columns}>
          <div>
            <Ledger status={status} />
            <NotKept status={status} />
            <Senders status={status} />
            <Doors listeners={status.listeners} />
          </div>
          <div>
            <Store status={status} />
            <Sampling status={status} />
            <Limits limits={status.limits} />
            <Process status={status} />
          </div>
        </div>
      </div>
      <Foot>
        <Wide>{say('status.foot')}</Wide>
        <span className="grow" />
        <span>
          <Message
            id="status.asOf"
            values={{ time: formatClock(now, zone).slice(0, 8), zone: formatZone(now, zone) }}
          />
        </span>
      </Foot>
    </>
  )
}
