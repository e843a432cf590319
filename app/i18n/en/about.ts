/** Words of the dialog About. */
export const about = {
  'about.title': 'Spoor {version}',
  'about.subtitle': 'Distributed-trace explorer. Apache License 2.0',
  'about.build': 'Build',
  'about.build.value': 'Node.js {node}, {platform}',
  'about.store': 'Store',
  'about.store.value': '{store}, retention {retention}; {spans, plural, one {# span} other {# spans}}',
  'about.store.noRetention': '{store}; {spans, plural, one {# span} other {# spans}}',
  'about.store.either': '{age} or {bytes}',
  'about.up': 'Up',
  'about.receives': 'Receives',
  'about.receives.none': 'nothing: no listener is open',
  'about.answers': 'Answers',
  'about.answers.value': '<openapi>HTTP API</openapi> · <jaeger>Jaeger’s API</jaeger>',
  'about.jaeger': 'From Jaeger',
  'about.jaeger.value': 'links and the HTTP API work as before',
  'about.sends': 'Sends out',
  'about.sends.value': 'nothing: no telemetry, no fonts, no look-ups',
  'about.copy': 'Copy for a bug report',
  'about.unknown': 'not known: the server did not answer',

  'about.differs': 'What differs from Jaeger',
  'about.differs.search':
    'Search begins with the newest traces of all services; a service and a time range are choices.',
  'about.differs.durations':
    '<b>Span lasts</b> and <b>Trace lasts</b> are two fields; Jaeger’s <code>minDuration</code> and <code>maxDuration</code> are the first.',
  'about.differs.timeline':
    'Repeated siblings fold into one row and idle time is drawn short; <b>Rows</b> and <b>Gaps</b> show all of it.',
  'about.differs.order':
    'Lists that Jaeger gives in no order come in one: services and operations by name, traces newest first.',
  'about.differs.parameters': 'A wrong parameter is answered with 400 and what was expected, where Jaeger answers 500.',
  'about.differs.paths': 'An unknown path below <code>/api/</code> is answered with 404 in JSON, not with the page.',
  'about.differs.signals': 'Metrics and logs sent here are answered and not kept.',
  'about.differs.ledger':
    'What was acknowledged is on the disk, and what became of every span received stands on the page <b>Status</b>.',
  'about.made': 'Made with',
  'about.made.value': 'open-source parts; <licences>their names and licences</licences>',
} as const
