// The first lines: how much slower or faster B is and what that is made of, in words and as a bridge.

import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { FormattedList } from 'react-intl'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatDifference, formatDuration } from '#app/i18n/format.ts'
import { Sentence } from '#app/ui/Lines.tsx'
import { Bridge } from '#app/views/bridge/Bridge.tsx'
import type { BridgePart } from '#app/views/bridge/Bridge.tsx'
import type { RawSearch } from '#shared/api/raw-search.ts'
import type { TraceDiff } from '#shared/trace/diff/diff-traces.ts'
import { SideLetter } from './CompareHead.tsx'
import styles from './Page.module.css'
import { ContributionLabel, ContributionText, contributionChange } from './contribution-text.tsx'

export function CompareSentence(props: {
  readonly diff: TraceDiff
  readonly sameTrace: boolean
  /** The address of a place within this page. */
  readonly searchOf: (place: number) => RawSearch
}): ReactNode {
  const { diff, sameTrace, searchOf } = props
  const say = useText()
  const difference = diff.durationB - diff.durationA
  const named = diff.contributions.slice(0, diff.named)
  const rest = named.reduce((left, { ns }) => left - ns, difference)
  const linkTo = (place: number) => (children: ReactNode) =>
    place < 0 ? (
      children
    ) : (
      <Link to="." search={searchOf(place)} replace resetScroll={false} data-command="compare.choose">
        {children}
      </Link>
    )
  const parts = (
    <FormattedList
      type="conjunction"
      value={named.map(part => (
        <ContributionText key={part.place} diff={diff} part={part} link={linkTo(part.place)} />
      ))}
    />
  )
  const values = {
    difference: formatDuration(Math.abs(difference)),
    durationA: formatDuration(diff.durationA),
    durationB: formatDuration(diff.durationB),
    parts,
  }
  const some = named.length > 0
  const steps: BridgePart[] = named.map(part => ({
    key: String(part.place),
    value: part.ns,
    change: contributionChange(part, diff),
    label: linkTo(part.place)(<ContributionLabel diff={diff} part={part} />),
    text: formatDifference(part.ns),
  }))
  if (rest !== 0 && some) {
    steps.push({
      key: 'rest',
      value: rest,
      change: 'same',
      label: say('compare.bridge.rest'),
      text: formatDifference(rest),
    })
  }
  return (
    <div className={styles.why}>
      <Sentence className={styles.sentence}>
        {sameTrace ? (
          <Message id="compare.say.sameTrace" />
        ) : difference > 0 ? (
          <Message id={some ? 'compare.say.slower' : 'compare.say.slowerAlone'} values={values} />
        ) : difference < 0 ? (
          <Message id={some ? 'compare.say.faster' : 'compare.say.fasterAlone'} values={values} />
        ) : (
          <Message id={some ? 'compare.say.same' : 'compare.say.sameAlone'} values={values} />
        )}
      </Sentence>
      {some && (
        <Bridge
          label={say('compare.bridge')}
          from={{ value: diff.durationA, label: <SideLetter letter="A" />, text: values.durationA }}
          parts={steps}
          to={{ value: diff.durationB, label: <SideLetter letter="B" />, text: values.durationB }}
        />
      )}
    </div>
  )
}
