// What a key means in the tree: pure, so that the table of keys is the test.

import { answerInRow, ROW_SPAN, rowOfSpan } from '#shared/trace/visible-rows.ts'
import type { VisibleRows } from '#shared/trace/visible-rows.ts'
import type { TraceColumns } from '#shared/trace/trace.ts'

export type TreeAction =
  | { readonly kind: 'move'; readonly span: number }
  | { readonly kind: 'toggle'; readonly span: number }
  | { readonly kind: 'openBelow'; readonly span: number }
  | { readonly kind: 'open'; readonly span: number }

export interface TreeKey {
  readonly key: string
  readonly shiftKey: boolean
  readonly altKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
}

/** What `key` does at the row of span `cursor`; undefined: nothing. `page`: rows a page. */
export function treeAction(
  trace: TraceColumns,
  rows: VisibleRows,
  cursor: number,
  key: TreeKey,
  page: number,
): TreeAction | undefined {
  const action = wantedAction(trace, rows, cursor, key, page)
  // Parents and siblings of a span that is looked at alone have no rows.
  return action === undefined || rowOfSpan(rows, action.span) < 0 ? undefined : action
}

function wantedAction(
  trace: TraceColumns,
  rows: VisibleRows,
  cursor: number,
  key: TreeKey,
  page: number,
): TreeAction | undefined {
  if (key.ctrlKey || key.metaKey || rows.count === 0) return undefined
  const row = Math.max(0, rowOfSpan(rows, cursor))
  const span = rows.span[row]
  const move = (to: number): TreeAction => ({
    kind: 'move',
    span: rows.span[Math.max(0, Math.min(rows.count - 1, to))],
  })
  const opens = openedBy(rows, row)
  const isOpen = trace.childCount[opens] > 0 && rows.collapsed[opens] === 0 && rows.kind[row] === ROW_SPAN
  if (key.altKey) {
    const sibling =
      key.key === 'ArrowDown' ? nextSibling(trace, span) : key.key === 'ArrowUp' ? previousSibling(trace, span) : -1
    return sibling < 0 ? undefined : { kind: 'move', span: sibling }
  }
  if (key.shiftKey && key.key === 'ArrowLeft') {
    return trace.parent[span] < 0 ? undefined : { kind: 'move', span: trace.parent[span] }
  }
  if (key.shiftKey && key.key !== '*') return undefined
  switch (key.key) {
    case 'ArrowDown':
      return move(cursor < 0 ? 0 : row + 1)
    case 'ArrowUp':
      return move(row - 1)
    case 'PageDown':
      return move(row + page)
    case 'PageUp':
      return move(row - page)
    case 'Home':
      return move(0)
    case 'End':
      return move(rows.count - 1)
    case 'ArrowRight':
      if (rows.kind[row] !== ROW_SPAN) return { kind: 'toggle', span }
      if (trace.childCount[opens] === 0) return undefined
      return isOpen ? move(row + 1) : { kind: 'toggle', span }
    case 'ArrowLeft':
      if (isOpen) return { kind: 'toggle', span }
      return trace.parent[span] < 0 ? undefined : { kind: 'move', span: trace.parent[span] }
    case '*':
      return { kind: 'openBelow', span }
    case 'Enter':
    case ' ':
      // In a row of two it is the call, then its answer.
      if (rows.kind[row] === ROW_SPAN) return { kind: 'open', span: cursor === span ? opens : span }
      return { kind: 'toggle', span }
    default:
      return undefined
  }
}

/** The span whose children a row opens and closes: in a row of two the answer. */
export function openedBy(rows: VisibleRows, row: number): number {
  const answer = answerInRow(rows, row)
  return answer < 0 ? rows.span[row] : answer
}

/** The next span under the same parent, −1 for none. */
export function nextSibling(trace: TraceColumns, span: number): number {
  const next = trace.subtreeEnd[span]
  return next < trace.size && trace.parent[next] === trace.parent[span] ? next : -1
}

/** The one before; walks up from the span before, so it costs the depth. */
export function previousSibling(trace: TraceColumns, span: number): number {
  if (trace.position[span] === 0) return -1
  let before = span - 1
  while (trace.parent[before] !== trace.parent[span]) before = trace.parent[before]
  return before
}
