/** Words of the timeline (app/views/timeline). */
export const timeline = {
  'timeline.label': 'Timeline',
  'timeline.grid': 'Spans',
  'timeline.head.name': 'Service, span',
  'timeline.head.depth': '· depth {depth, number}',
  'timeline.head.duration': 'Duration',
  'timeline.head.self': 'Self',
  'timeline.idle': '{duration} idle',
  'timeline.tip.fold':
    '{name} × {count, number}\n{service} · {sum} together, p50 {middle}, p95 {high}, longest {longest}{errors, plural, =0 {} one {, # error} other {, # errors}}',
  'timeline.hidden': '{count, plural, one {# span} other {# spans}} hidden by the filter',
  'timeline.silent': 'Called {name}, which sent no span',
  'timeline.reveal': 'Show',
  'timeline.closeRun': 'Put together again',
  'timeline.errors': '{count, plural, one {# error} other {# errors}}',
  'timeline.row.fold':
    '{service}, {name}, {count, number} repeated, {duration}{errors, plural, =0 {} one {, # error} other {, # errors}}',
  'timeline.late': 'late',
  'timeline.toggle': 'Open or close',
  'timeline.row': '{service}, {name}, {duration}',
  'timeline.row.error': '{service}, {name}, {duration}, error',
  'timeline.row.errorBelow': '{service}, {name}, {duration}, error below',
  /** After a row's words. */
  'timeline.row.critical': ', on the critical path',
  'timeline.tip': '{name}\n{service} · {duration}, self {self}, from {start}',
} as const
