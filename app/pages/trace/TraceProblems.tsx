import type { ReactNode } from 'react'
import { Message } from '#app/i18n/Message.tsx'
import { formatDuration } from '#app/i18n/format.ts'
import { Button } from '#app/ui/Button.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import type { TraceProblem } from '#shared/trace/trace.ts'
import styles from './TraceHead.module.css'

export interface TraceProblemsProps {
  readonly problems: readonly TraceProblem[]
  /** Why attributes did not come; undefined while they are on their way or there. */
  readonly restProblem: string | undefined
  readonly onRetry: () => void
  readonly onSpan: (span: number) => void
}

/** What was wrong with this trace and what was done about it, one sentence each; nothing when nothing was. */
export function TraceProblems({ problems, restProblem, onRetry, onSpan }: TraceProblemsProps): ReactNode {
  if (problems.length === 0 && restProblem === undefined) return null
  return (
    <div className={styles.problems} role="status">
      {restProblem !== undefined && (
        <span>
          <span className="warn">
            <Icon name="warn" size={10} />
          </span>
          <b>
            <Message id="trace.problem.restFailed" />
          </b>{' '}
          {restProblem}
          <span data-local-action="asks for the same trace again">
            <Button size="small" look="quiet" onPress={onRetry}>
              <Message id="ui.tryAgain" />
            </Button>
          </span>
        </span>
      )}
      {problems.map(({ kind, count, spans, mostNs }) => (
        <span key={kind}>
          <span className="warn">
            <Icon name="warn" size={10} />
          </span>
          <Message id={`trace.problem.${kind}`} values={{ count, most: formatDuration(mostNs ?? 0) }} />
          {spans.length > 0 && (
            <span data-local-action="goes to the first span of this sentence; find and the tree reach it too">
              <Button size="small" look="quiet" onPress={() => onSpan(spans[0])}>
                <Message id="trace.problem.show" />
              </Button>
            </span>
          )}
        </span>
      ))}
    </div>
  )
}
