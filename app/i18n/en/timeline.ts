/** Words of the timeline (app/views/timeline). */
export const timeline = {
  'timeline.label': 'Timeline',
  'timeline.grid': 'Spans',
  'timeline.head.name': 'Service, span',
  'timeline.head.depth': '· depth {depth, number}',
  'timeline.head.duration': 'Duration',
  'timeline.head.self': 'Self',
  'timeline.idle': '{duration} idle',
  'timeline.toggle': 'Open or close',
  'timeline.row': '{service}, {name}, {duration}',
  'timeline.row.error': '{service}, {name}, {duration}, error',
  'timeline.row.errorBelow': '{service}, {name}, {duration}, error below',
  'timeline.tip': '{name}\n{service} · {duration}, self {self}, from {start}',
} as const
