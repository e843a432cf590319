// Other traces that link to this one: how many spans do, and a list that leads to them.

import { useNavigate } from '@tanstack/react-router'
import { memo } from 'react'
import type { ReactNode } from 'react'
import type { LoadedTrace } from '#app/api/loaded-trace.ts'
import { LaterCatalogue, LaterWords } from '#app/i18n/later/LaterWords.tsx'
import { loadTraceHeadWords } from '#app/i18n/later/words.ts'
import { useLocale, useText } from '#app/i18n/Message.tsx'
import { formatClock, formatDay } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Button } from '#app/ui/Button.tsx'
import { Menu } from '#app/ui/Menu.tsx'
import { ServiceName } from '#app/ui/ServiceName.tsx'
import type { IncomingLinks } from '#shared/spans/incoming-links.ts'
import styles from './LinkedFrom.module.css'
import { useLinksTo } from './use-links-to.ts'

const words = new LaterCatalogue(loadTraceHeadWords)

/** A list of more can't be read; the details of a span have those that link to it. */
const MOST_LISTED = 100

/** Nothing when none does, and until it is known. */
export const LinkedFrom = memo(function LinkedFrom({ loaded }: { readonly loaded: LoadedTrace }): ReactNode {
  const found = useLinksTo(loaded)
  if (found === undefined || found.links.length === 0) return null
  return (
    <LaterWords catalogue={words}>
      <Linked found={found} />
    </LaterWords>
  )
})

function Linked({ found }: { readonly found: IncomingLinks }): ReactNode {
  const say = useText()
  const zone = useTimeZone()
  const locale = useLocale()
  const navigate = useNavigate()
  const { total, exact } = found
  const links = found.links.slice(0, MOST_LISTED)
  const go = (key: string): void => {
    const { traceId, spanId } = links[Number(key)]
    void navigate({ to: `/trace/${traceId}`, search: { span: spanId } })
  }
  return (
    <Menu
      label={say('head.links.label')}
      placement="bottom start"
      trigger={
        <Button look="quiet" size="small" hasPopup="menu" className={styles.linked}>
          {say(exact ? 'head.links' : 'head.links.least', { count: total })}
        </Button>
      }
      groups={[
        {
          key: 'links',
          title:
            links.length < total || !exact
              ? say('head.links.newest', { count: links.length })
              : say('head.links.label'),
          entries: links.map(({ traceId, service, name, startTime }, at) => {
            const served = service ?? say('trace.unknownService')
            const named = name === '' ? say('trace.unnamed') : name
            const time = `${formatDay(startTime, zone, locale)} ${formatClock(startTime, zone)}`
            return {
              key: String(at),
              text: `${served} ${named}`,
              content: (
                <>
                  <ServiceName name={served} />
                  <span className="cut">{named}</span>
                </>
              ),
              end: (
                <span className={styles.from}>
                  <span>{time}</span> <code>{traceId.slice(0, 16)}</code>
                </span>
              ),
            }
          }),
        },
      ]}
      onAction={go}
    />
  )
}
