// The first five minutes: nothing is stored yet. Three ways on (send, drop a file, load the demo), what is listening and
// what was refused, and a light that turns green on the first span.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { demoMutation } from '#app/api/demo.ts'
import { statusQuery } from '#app/api/status.ts'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { useCommandList, useCommands } from '#app/commands/CommandsProvider.tsx'
import { Message, useText } from '#app/i18n/Message.tsx'
import type { Text } from '#app/i18n/Message.tsx'
import { formatCount, formatDuration } from '#app/i18n/format.ts'
import { doorName, reasonText, toldShare } from '#app/i18n/ledger-words.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { Kbd } from '#app/ui/Kbd.tsx'
import { Foot, Wide } from '#app/ui/Lines.tsx'
import { ProblemNote } from '#app/ui/ProblemNote.tsx'
import { tableStyles } from '#app/ui/Table.tsx'
import { classNames } from '#app/ui/class-names.ts'
import type { StatusAnswer } from '#shared/api/spoor.ts'
import styles from './EmptyStore.module.css'
import { POLL_MS } from './FirstSpan.tsx'
import { SendFromService } from './SendFromService.tsx'
import { retentionText } from './retention-text.ts'
import { sendAddress } from './send-lines.ts'

export function EmptyStore({
  status,
  onLeave,
}: {
  readonly status: StatusAnswer
  readonly onLeave: () => void
}): ReactNode {
  const say = useText()
  // The page follows the server while it waits.
  const { data = status } = useQuery({ ...statusQuery, refetchInterval: POLL_MS })
  const address = sendAddress(data.listeners, location.hostname)
  const upMs = Number((BigInt(data.now) - BigInt(data.startedAt)) / 1_000_000n)
  const takesFiles = useCommandList().some(({ id }) => id === 'shell.openFile')
  const retention = retentionText(data.store)
  return (
    <>
      <div className={styles.empty}>
        <div className={styles.lead}>
          <h1>{say(data.store.spanCount === 0 ? 'search.empty.title' : 'search.empty.arrived')}</h1>
          {data.store.spanCount === 0 && (
            <p className="dim">{say('search.empty.lead', { up: upText(upMs), ways: takesFiles ? 3 : 2 })}</p>
          )}
        </div>
        <div className={styles.ways}>
          <section className={classNames(styles.way, styles.send)} aria-labelledby="way-send">
            <h2 id="way-send">{say('search.send.title')}</h2>
            <p>{say('search.send.hint')}</p>
            <SendFromService address={address} upMs={upMs} onLeave={onLeave} />
            {address?.loopback === true && (
              <p className={styles.container}>
                <Message id="search.send.container" values={{ port: String(address.port) }} />{' '}
                <Message id="search.send.listen" />
              </p>
            )}
            <p className={styles.container}>{samplingText(say, data.sampling)}</p>
            <Doors listeners={data.listeners.filter(({ name }) => name !== 'admin')} />
          </section>
          {takesFiles && (
            <section className={classNames(styles.way, styles.right)} aria-labelledby="way-drop">
              <h2 id="way-drop">{say('search.drop.title')}</h2>
              <p>{say('search.drop.hint')}</p>
              <div className={styles.dropzone}>
                <p>
                  {say('search.drop.how')}{' '}
                  <CommandButton command="shell.openFile" size="small">
                    {say('search.drop.choose')}
                  </CommandButton>
                </p>
                <p>{say('search.drop.formats')}</p>
              </div>
            </section>
          )}
          <Demo onLoaded={onLeave} />
        </div>
        <div className={styles.facts}>
          <section>
            <h2>{say('search.fact.jaeger')}</h2>
            <p>{say('search.fact.jaeger.text')}</p>
          </section>
          <section>
            <h2>{say('search.fact.holds')}</h2>
            <p>
              {retention === '' ? say('search.fact.holds.all') : say('search.fact.holds.text', { retention })}{' '}
              {say('search.fact.holds.counted')}
            </p>
          </section>
          <section>
            <h2>{say('search.fact.keys')}</h2>
            <p>
              <Message id="search.fact.keys.text" values={{ key: (children: ReactNode) => <Kbd>{children}</Kbd> }} />
            </p>
          </section>
        </div>
      </div>
      <Foot>
        <span>
          <Message id="search.empty.foot" values={{ spans: data.store.spanCount }} />
        </span>
        {retention !== '' && <span>{say('search.retention', { retention })}</span>}
        <span className="grow" />
        <Wide>{say('search.empty.version', { version: data.version, store: data.store.name })}</Wide>
      </Foot>
    </>
  )
}

function samplingText(say: Text, { defaultRate, targetPerSecond }: StatusAnswer['sampling']): string {
  const told = toldShare(say, defaultRate)
  if (targetPerSecond === null) return say('search.sampling', { told })
  return say('search.sampling.adaptive', { told, traces: targetPerSecond })
}

/** In whole seconds: what counts up needs no decimals. */
function upText(upMs: number): string {
  return formatDuration(Math.max(1, Math.floor(upMs / 1000)) * 1e9).replace(/\.0+(?=\u202F)/u, '')
}

/** Every door that takes spans: port, requests, and what was refused at it. */
function Doors({ listeners }: { readonly listeners: StatusAnswer['listeners'] }): ReactNode {
  const say = useText()
  return (
    <table className={classNames(tableStyles.table, styles.doors)}>
      <thead>
        <tr>
          <th>{say('search.doors.listening')}</th>
          <th className="num">{say('search.doors.port')}</th>
          <th className="num">{say('search.doors.requests')}</th>
          <th>{say('search.doors.refused')}</th>
        </tr>
      </thead>
      <tbody>
        {listeners.map(({ name, address, port, requests, refused }) => {
          const reasons = Object.entries(refused).filter(([, count]) => count > 0)
          return (
            <tr key={`${name} ${address} ${port}`}>
              <td>{doorName(say, name)}</td>
              <td className="num">{port}</td>
              <td className="num">{formatCount(requests)}</td>
              <td className={styles.refused}>
                {reasons.length === 0 ? (
                  <span className="faint">–</span>
                ) : (
                  <>
                    <span className="warn">
                      <Icon name="warn" />
                    </span>{' '}
                    {reasons.map(([reason, count]) => `${formatCount(count)} × ${reasonText(say, reason)}`).join(', ')}
                  </>
                )}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

const STORIES = ['slow', 'quick', 'retry', 'database', 'large'] as const

function Demo({ onLoaded }: { readonly onLoaded: () => void }): ReactNode {
  const say = useText()
  const client = useQueryClient()
  const load = useMutation(demoMutation('POST', client))
  useCommands([
    {
      id: 'search.loadDemo',
      title: 'command.search.loadDemo',
      group: 'page',
      when: () => !load.isPending,
      run: () => load.mutate(undefined, { onSuccess: onLoaded }),
    },
  ])
  return (
    <section className={classNames(styles.way, styles.right)} aria-labelledby="way-demo">
      <h2 id="way-demo">
        {say('search.demo.title')} <span>{say('search.demo.what')}</span>
      </h2>
      <p>{say('search.demo.hint')}</p>
      <ul className={styles.stories}>
        {STORIES.map(story => (
          <li key={story}>{say(`search.demo.${story}`)}</li>
        ))}
      </ul>
      <CommandButton command="search.loadDemo" disabled={load.isPending}>
        {load.isPending ? say('search.demo.loading') : say('search.demo.load')}
      </CommandButton>
      {load.isError && <ProblemNote tone="error" what={say('search.demo.failed')} why={load.error.message} />}
    </section>
  )
}
