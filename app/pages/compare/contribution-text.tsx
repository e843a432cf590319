// What a contribution says: a part of the sentence, and the short label of its step on the bridge.

import type { ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatDifference } from '#app/i18n/format.ts'
import type { ChangeName } from '#app/ui/ChangeMark.tsx'
import type { Contribution } from '#shared/trace/diff/contributions.ts'
import type { TraceDiff } from '#shared/trace/diff/diff-traces.ts'

/** Its mark: structure where there is something in one trace only, else the direction. */
export function contributionChange({ kind, ns, place }: Contribution, { places }: TraceDiff): ChangeName {
  if (kind === 'added' || kind === 'removed') return kind
  if (kind === 'layer') return places.pathA[place] < 0 ? 'added' : 'removed'
  return ns > 0 ? 'slower' : ns < 0 ? 'faster' : 'same'
}

interface Words {
  readonly service: string
  readonly name: string
}

function useWords(diff: TraceDiff): (place: number) => Words {
  const say = useText()
  return place => {
    if (place < 0) return { service: '', name: '' }
    const { service, name } = diff.keys[diff.key[place]]
    return { service: service ?? say('compare.unknownService'), name: name || say('compare.unnamed') }
  }
}

/** One part of the sentence; `link` is what its amount becomes. */
export function ContributionText(props: {
  readonly diff: TraceDiff
  readonly part: Contribution
  readonly link: (children: ReactNode) => ReactNode
}): ReactNode {
  const { diff, part, link } = props
  const words = useWords(diff)
  const { place } = part
  const values = {
    amount: <b>{formatDifference(part.ns)}</b>,
    a: link,
    ...words(place),
    others: part.others,
    next: words(part.before >= 0 ? part.before : part.after).name,
    countA: place < 0 ? 0 : diff.figuresA.count[place],
    countB: place < 0 ? 0 : diff.figuresB.count[place],
    failed: place < 0 ? 0 : diff.figuresB.errors[place],
  }
  const fails = place >= 0 && diff.figuresB.errors[place] > diff.figuresA.errors[place]
  switch (part.kind) {
    case 'added':
      return <Message id="compare.part.added" values={values} />
    case 'removed':
      return <Message id="compare.part.removed" values={values} />
    case 'layer':
      return (
        <Message id={diff.places.pathA[place] < 0 ? 'compare.part.layerB' : 'compare.part.layerA'} values={values} />
      )
    case 'calls':
      return <Message id={fails ? 'compare.part.callsFailed' : 'compare.part.calls'} values={values} />
    case 'waiting':
      return <Message id={part.before >= 0 ? 'compare.part.before' : 'compare.part.after'} values={values} />
    case 'below':
      return <Message id="compare.part.below" values={values} />
    case 'outside':
      return <Message id="compare.part.outside" values={values} />
    case 'itself':
      return <Message id={fails ? 'compare.part.failed' : 'compare.part.itself'} values={values} />
  }
}

/** The label of its step. */
export function ContributionLabel({
  diff,
  part,
}: {
  readonly diff: TraceDiff
  readonly part: Contribution
}): ReactNode {
  const say = useText()
  const words = useWords(diff)
  const { name } = words(part.place)
  switch (part.kind) {
    case 'calls': {
      const [before, after] = [diff.figuresA.count[part.place], diff.figuresB.count[part.place]]
      return say('compare.bridge.calls', { name, before, after })
    }
    case 'waiting':
      return part.before >= 0
        ? say('compare.bridge.before', { name: words(part.before).name })
        : say('compare.bridge.after', { name: words(part.after).name })
    case 'below':
      return say('compare.bridge.below', { name })
    case 'outside':
      return say('compare.bridge.outside')
    default:
      return part.others === 0 ? name : say('compare.bridge.others', { name, others: part.others })
  }
}
