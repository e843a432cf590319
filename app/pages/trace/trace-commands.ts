// Everything that can be done on the trace page, once: keys, palette, overlay and buttons all come from here. Jaeger's 18 keys
// are among them.

import { useCommands } from '#app/commands/CommandsProvider.tsx'
import type { Command, CommandGroup } from '#app/commands/command.ts'
import type { FirstId } from '#app/i18n/en.ts'
import type { TreeKey } from '#app/views/timeline/tree-keys.ts'
import type { TraceView } from './url.ts'

/** What the page does for its commands. */
export interface TraceActions {
  readonly onTimeline: () => boolean
  readonly hasSelection: () => boolean
  readonly hasFind: () => boolean
  readonly focusFind: () => void
  readonly back: () => void
  readonly copyLink: () => void
  readonly copyId: () => void
  /** A key of the tree, as if pressed in it. */
  readonly tree: (key: TreeKey) => void
  readonly closeAll: () => void
  readonly openAll: () => void
  readonly foldLevel: (by: -1 | 1) => void
  readonly folds: () => void
  readonly filter: (text: string) => void
  readonly hasFilter: () => boolean
  readonly clearFilter: () => void
  /** A call and its answer in one row, or in two. */
  readonly calls: () => void
  /** Looks at a span and what is below it alone. */
  readonly canFocus: () => boolean
  readonly focus: () => void
  readonly isFocused: () => boolean
  readonly unfocus: () => void
  readonly scroll: (pages: number) => void
  readonly error: (by: 1 | -1) => void
  readonly match: (by: 1 | -1) => void
  readonly hasLinks: () => boolean
  readonly link: () => void
  readonly slow: () => void
  readonly zoom: (factor: number) => void
  readonly pan: (share: number) => void
  readonly fit: () => void
  readonly fitSpan: () => void
  /** Goes on to the next of service, self time and percentile. */
  readonly colour: () => void
  readonly critical: () => void
  readonly nextCritical: (by: 1 | -1) => void
  readonly hasSkew: () => boolean
  readonly clocks: () => void
  readonly hasGaps: () => boolean
  readonly gaps: () => void
  readonly show: (view: TraceView) => void
  /** Where time runs from left to right and can be zoomed. */
  readonly onTime: () => boolean
  /** The selected span in the timeline. */
  readonly toTimeline: () => void
  /** The details beside a view, or away again. */
  readonly side: () => void
  readonly besides: () => boolean
  readonly form: (form: 'otlp' | 'jaeger' | 'jaeger-raw') => void
  readonly panel: (panel: 'attributes' | 'events' | 'links' | 'json') => void
}

const KEY = { shiftKey: false, altKey: false, ctrlKey: false, metaKey: false }

/** Registers them while the page is there. */
export function useTraceCommands(actions: TraceActions): void {
  useCommands(traceCommands(actions))
}

function traceCommands(actions: TraceActions): readonly Command[] {
  const command = (
    group: CommandGroup,
    id: string,
    keys: readonly string[],
    run: () => void,
    more: Partial<Command> = {},
  ): Command => ({
    id: `trace.${id}`,
    title: `command.trace.${id}` as FirstId,
    group,
    keys,
    run,
    ...more,
  })
  const onTimeline = { when: actions.onTimeline }
  const onTime = { when: actions.onTime }
  const row = (id: string, keys: readonly string[], key: Partial<TreeKey> & { readonly key: string }): Command =>
    command('rows', id, keys, () => actions.tree({ ...KEY, ...key }), { local: true, hidden: true, ...onTimeline })
  return [
    command('page', 'find', ['/', '$mod+b'], actions.focusFind),
    command('page', 'clearFind', ['Escape'], actions.back, {
      inFields: true,
      when: () => actions.hasFind() || actions.hasSelection(),
    }),
    command('page', 'copyLink', ['c'], actions.copyLink),
    command('page', 'copyId', [], actions.copyId),

    row('up', ['ArrowUp'], { key: 'ArrowUp' }),
    row('down', ['ArrowDown'], { key: 'ArrowDown' }),
    row('open', ['ArrowRight'], { key: 'ArrowRight' }),
    row('close', ['ArrowLeft'], { key: 'ArrowLeft' }),
    row('first', ['Home'], { key: 'Home' }),
    row('last', ['End'], { key: 'End' }),
    row('details', ['Enter'], { key: 'Enter' }),
    row('openBelow', ['*'], { key: '*' }),
    row('parent', ['Shift+ArrowLeft'], { key: 'ArrowLeft', shiftKey: true }),
    row('nextSibling', ['Alt+ArrowDown'], { key: 'ArrowDown', altKey: true }),
    row('previousSibling', ['Alt+ArrowUp'], { key: 'ArrowUp', altKey: true }),
    command('rows', 'closeAll', [']'], actions.closeAll, onTimeline),
    command('rows', 'openAll', ['['], actions.openAll, onTimeline),
    command('rows', 'closeLevel', ['p'], () => actions.foldLevel(-1), onTimeline),
    command('rows', 'openLevel', ['o'], () => actions.foldLevel(1), onTimeline),
    command('rows', 'folds', ['r'], actions.folds, onTimeline),
    command('rows', 'errorsOnly', [], () => actions.filter('status=error'), onTimeline),
    command('rows', 'criticalOnly', [], () => actions.filter('critical=true'), onTimeline),
    command('rows', 'calls', ['m'], actions.calls, onTimeline),
    command('rows', 'focus', ['Shift+Z'], actions.focus, { when: actions.canFocus }),
    command('rows', 'unfocus', [], actions.unfocus, { when: actions.isFocused }),
    command('rows', 'clearFilter', [], actions.clearFilter, {
      when: () => actions.onTimeline() && actions.hasFilter(),
    }),
    command('rows', 'scrollDown', ['s'], () => actions.scroll(0.5), { ...onTimeline, hidden: true }),
    command('rows', 'scrollUp', ['w'], () => actions.scroll(-0.5), { ...onTimeline, hidden: true }),

    command('jump', 'nextError', ['e'], () => actions.error(1)),
    command('jump', 'previousError', ['Shift+E'], () => actions.error(-1)),
    command('jump', 'nextSlow', ['l'], actions.slow),
    command('jump', 'nextLink', ['x'], actions.link, { when: actions.hasLinks }),
    command('jump', 'nextMatch', ['f'], () => actions.match(1), { when: actions.hasFind }),
    command('jump', 'previousMatch', ['b'], () => actions.match(-1), { when: actions.hasFind }),

    command('time', 'zoomIn', ['[Shift]++', '=', 'ArrowUp'], () => actions.zoom(1.5), onTime),
    command('time', 'zoomOut', ['-', 'ArrowDown'], () => actions.zoom(1 / 1.5), onTime),
    command('time', 'zoomInFar', ['Shift+ArrowUp'], () => actions.zoom(5), onTime),
    command('time', 'zoomOutFar', ['Shift+ArrowDown'], () => actions.zoom(1 / 5), onTime),
    command('time', 'panLeft', ['a', 'ArrowLeft'], () => actions.pan(-0.1), onTime),
    command('time', 'panRight', ['d', 'ArrowRight'], () => actions.pan(0.1), onTime),
    command('time', 'panLeftFar', ['Shift+A', 'Shift+ArrowLeft'], () => actions.pan(-0.5), onTime),
    command('time', 'panRightFar', ['Shift+D', 'Shift+ArrowRight'], () => actions.pan(0.5), onTime),
    command('time', 'fit', ['0'], actions.fit, onTime),
    command('time', 'fitSpan', ['z'], actions.fitSpan, { when: () => actions.onTime() && actions.hasSelection() }),

    command('time', 'critical', ['k'], actions.critical, onTime),
    command('jump', 'nextCritical', ['n'], () => actions.nextCritical(1)),
    command('jump', 'previousCritical', ['Shift+N'], () => actions.nextCritical(-1)),
    command('time', 'clocks', [], actions.clocks, { when: actions.hasSkew }),
    command('time', 'gaps', ['g'], actions.gaps, { when: () => actions.onTime() && actions.hasGaps() }),

    command('view', 'colour', [], actions.colour, onTime),
    command('view', 'timeline', ['1'], () => actions.show('timeline')),
    command('view', 'flame', ['2'], () => actions.show('flame')),
    command('view', 'flamegraph', ['3'], () => actions.show('flamegraph')),
    command('view', 'graph', ['4'], () => actions.show('graph')),
    command('view', 'statistics', ['5'], () => actions.show('statistics')),
    command('view', 'spans', ['6'], () => actions.show('spans')),
    command('view', 'eventList', ['7'], () => actions.show('events')),
    command('view', 'json', ['8'], () => actions.show('json')),
    command('view', 'toTimeline', ['t'], actions.toTimeline, {
      when: () => !actions.onTimeline() && actions.hasSelection(),
    }),
    command('view', 'side', ['i'], actions.side, { when: () => actions.besides() && actions.hasSelection() }),
    command('view', 'jsonOtlp', [], () => actions.form('otlp')),
    command('view', 'jsonJaeger', [], () => actions.form('jaeger')),
    command('view', 'jsonJaegerRaw', [], () => actions.form('jaeger-raw')),
    command('view', 'attributes', [], () => actions.panel('attributes'), { when: actions.hasSelection }),
    command('view', 'events', [], () => actions.panel('events'), { when: actions.hasSelection }),
    command('view', 'links', [], () => actions.panel('links'), { when: actions.hasSelection }),
    command('view', 'spanJson', [], () => actions.panel('json'), { when: actions.hasSelection }),
  ]
}
