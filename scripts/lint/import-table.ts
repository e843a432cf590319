/**
 * Which way imports point: one row a place. `ARCHITECTURE.md` draws the same picture; change the two together.
 *
 * A place is a folder or a file, named by its path from the root; the longest one that fits a file is its place. A folder's place
 * holds everything beneath it that has no place of its own. `*` stands for one folder name and makes each such folder a place of
 * its own, so that `app/pages/search` and `app/pages/trace` are strangers to each other.
 */
export interface Place {
  readonly place: string
  /** Places that it may import besides itself; `x/**` means x and every place beneath it. */
  readonly may: readonly string[]
  /** Completes "… because" in the linter's message. */
  readonly why: string
  /** An import that this row forbids: the fixture of the rule's test. */
  readonly breaks: { readonly file: string; readonly import: string }
}

const pageParts = [
  'app/api',
  'app/views/*',
  'app/views/timeline',
  'app/views/table',
  'app/canvas',
  'app/ui',
  'app/theme',
  'app/i18n',
  'app/commands',
  'shared/**',
] as const

const viewParts = ['app/canvas', 'app/ui', 'app/theme', 'app/i18n', 'app/commands', 'shared/**'] as const

export const places: readonly Place[] = [
  // What both sides run.
  {
    place: 'shared/spans',
    may: [],
    why: 'the span table is the ground that everything stands on and knows nothing above it',
    breaks: { file: 'shared/spans/a.ts', import: '#shared/trace/trace.ts' },
  },
  {
    place: 'shared/trace',
    may: ['shared/spans'],
    why: 'what follows from one trace is computed from its table, whatever format or query it came by',
    breaks: { file: 'shared/trace/a.ts', import: '#shared/query/tree.ts' },
  },
  {
    place: 'shared/services',
    may: ['shared/spans'],
    why: 'edges between services are counted from rows, one trace or many',
    breaks: { file: 'shared/services/a.ts', import: '#shared/trace/trace.ts' },
  },
  {
    place: 'shared/formats',
    may: ['shared/spans', 'shared/trace', 'shared/services'],
    why: 'a format turns bytes into rows and back, and knows of no query and no endpoint',
    breaks: { file: 'shared/formats/otlp/a.ts', import: '#shared/api/traces.ts' },
  },
  {
    place: 'shared/query',
    may: ['shared/spans', 'shared/trace', 'shared/services'],
    why: 'a query is asked of rows, whatever format brought them',
    breaks: { file: 'shared/query/a.ts', import: '#shared/formats/otlp/decode.ts' },
  },
  {
    place: 'shared/api',
    may: ['shared/spans', 'shared/trace', 'shared/services', 'shared/formats', 'shared/query'],
    why: 'the declaration of the endpoints is shared by routes and client and is neither',
    breaks: { file: 'shared/api/a.ts', import: '#shared/generator/shop.ts' },
  },
  {
    place: 'shared/generator',
    may: ['shared/spans', 'shared/trace', 'shared/services', 'shared/formats'],
    why: 'made-up traffic is rows like any other and asks no questions',
    breaks: { file: 'shared/generator/a.ts', import: '#shared/api/traces.ts' },
  },
  {
    place: 'shared',
    may: [],
    why: 'shared/ runs in browsers and in Node, so it knows neither side',
    breaks: { file: 'shared/new-folder/a.ts', import: '#server/errors.ts' },
  },

  // The server: roots, then what they put together.
  {
    place: 'server',
    may: ['server/**', 'shared/**'],
    why: 'the roots put the server together, and the server knows nothing of the screen',
    breaks: { file: 'server/main.ts', import: '#app/router.ts' },
  },
  {
    place: 'server/agent',
    may: [
      'server/errors.ts',
      'server/version.ts',
      'server/config',
      'server/telemetry',
      'server/transport',
      'server/protocols/*',
      'server/pipeline',
      'server/pipeline/ingest.ts',
      'server/sampling',
      'server/storage',
      'shared/**',
    ],
    why: 'an agent is a root of its own that has neither stores nor routes, so that it stays small',
    breaks: { file: 'server/agent/a.ts', import: '#server/storage/blocks/reader.ts' },
  },
  {
    place: 'server/version.ts',
    may: [],
    why: 'it is one word',
    breaks: { file: 'server/version.ts', import: './errors.ts' },
  },
  {
    place: 'server/errors.ts',
    may: ['shared/**'],
    why: 'the list of errors that a caller can act on hangs on nothing',
    breaks: { file: 'server/errors.ts', import: '#server/config/settings.ts' },
  },
  {
    place: 'server/config',
    may: ['server/errors.ts', 'shared/**'],
    why: 'settings are read before anything is built from them',
    breaks: { file: 'server/config/a.ts', import: '#server/pipeline/queue.ts' },
  },
  {
    place: 'server/telemetry',
    may: ['server/errors.ts', 'server/config', 'shared/**'],
    why: 'counters and logs are used by everything, so they use nothing',
    breaks: { file: 'server/telemetry/a.ts', import: '#server/transport/http.ts' },
  },
  {
    place: 'server/transport',
    may: ['server/errors.ts', 'server/config', 'server/telemetry', 'shared/**'],
    why: 'a listener moves bytes and does not know what they mean',
    breaks: { file: 'server/transport/a.ts', import: '#server/protocols/otlp/http.ts' },
  },
  {
    place: 'server/protocols',
    may: ['server/errors.ts', 'server/transport', 'server/pipeline/ingest.ts', 'shared/**'],
    why: 'the promise of a protocol knows sockets and the Ingest function that it is handed, not what is behind it',
    breaks: { file: 'server/protocols/protocol.ts', import: '#server/storage/store.ts' },
  },
  {
    place: 'server/protocols/table-ingest.ts',
    may: [
      'server/protocols',
      'server/transport',
      'server/pipeline',
      'server/pipeline/ingest.ts',
      'server/storage',
      'shared/**',
    ],
    why: 'tests of protocols hand them the whole pipeline, whose ledger has to add up, in front of one table',
    breaks: { file: 'server/protocols/table-ingest.ts', import: '#server/routes/build-app.ts' },
  },
  {
    place: 'server/protocols/*',
    may: ['server/errors.ts', 'server/protocols', 'server/transport', 'server/pipeline/ingest.ts', 'shared/**'],
    why: 'a protocol turns bytes into rows and their fate into an answer; it is handed its Ingest function and knows neither the pipeline nor a store nor another protocol',
    breaks: { file: 'server/protocols/otlp/a.ts', import: '#server/pipeline/queue.ts' },
  },
  {
    place: 'server/pipeline/ingest.ts',
    may: ['server/errors.ts', 'server/storage', 'shared/**'],
    why: 'it is the one word that protocols and pipeline share; of the rest it takes only what a store promises',
    breaks: { file: 'server/pipeline/ingest.ts', import: './queue.ts' },
  },
  {
    place: 'server/pipeline',
    may: [
      'server/errors.ts',
      'server/pipeline/ingest.ts',
      'server/config',
      'server/telemetry',
      'server/sampling',
      'server/services',
      'server/storage',
      'shared/**',
    ],
    why: 'the pipeline writes to whatever SpanWriter it is handed and never names an adapter; which protocol a row came by is a word to it',
    breaks: { file: 'server/pipeline/a.ts', import: '#server/storage/blocks/writer.ts' },
  },
  {
    place: 'server/storage',
    may: ['server/errors.ts', 'shared/**'],
    why: 'the promises of a store are words and types, and name no adapter',
    breaks: { file: 'server/storage/store.ts', import: '#server/storage/blocks/reader.ts' },
  },
  {
    place: 'server/storage/*',
    may: ['server/errors.ts', 'server/storage', 'shared/**'],
    why: 'a store knows its promises (server/storage/store.ts) and shared/, so that it can be deleted without anything noticing',
    breaks: { file: 'server/storage/blocks/a.ts', import: '#server/pipeline/queue.ts' },
  },
  {
    place: 'server/sampling',
    may: ['server/errors.ts', 'server/config', 'server/telemetry', 'server/storage', 'shared/**'],
    why: 'it decides from rows and settings alone',
    breaks: { file: 'server/sampling/a.ts', import: '#server/routes/jaeger/traces.ts' },
  },
  {
    place: 'server/services',
    may: ['server/errors.ts', 'server/config', 'server/telemetry', 'server/storage', 'shared/**'],
    why: 'the service graph is kept from the stream of rows and from no particular store',
    breaks: { file: 'server/services/a.ts', import: '#server/storage/blocks/reader.ts' },
  },
  {
    place: 'server/alerts',
    may: ['server/errors.ts', 'server/config', 'server/telemetry', 'server/services', 'server/storage', 'shared/**'],
    why: 'a rule asks a TraceReader, whichever it is',
    breaks: { file: 'server/alerts/a.ts', import: '#server/storage/blocks/reader.ts' },
  },
  {
    place: 'server/routes',
    may: [
      'server/errors.ts',
      'server/config',
      'server/telemetry',
      'server/transport',
      'server/pipeline',
      'server/pipeline/ingest.ts',
      'server/sampling',
      'server/services',
      'server/alerts',
      'server/storage',
      'shared/**',
    ],
    why: 'a route answers from the TraceReader that it is handed and never names an adapter',
    breaks: { file: 'server/routes/jaeger/a.ts', import: '#server/storage/blocks/reader.ts' },
  },

  // The screen.
  {
    place: 'app',
    may: ['app/**', 'shared/**'],
    why: 'the screen talks to the server over HTTP only',
    breaks: { file: 'app/main.tsx', import: '#server/errors.ts' },
  },
  {
    place: 'app/theme',
    may: ['shared/**'],
    why: 'tokens and colours are the ground of the screen',
    breaks: { file: 'app/theme/a.ts', import: '#app/ui/button.ts' },
  },
  {
    place: 'app/i18n',
    may: ['shared/**'],
    why: 'message catalogues hang on nothing',
    breaks: { file: 'app/i18n/a.ts', import: '#app/ui/button.ts' },
  },
  {
    place: 'app/canvas',
    may: ['app/theme', 'shared/**'],
    why: 'drawing knows no component, no page and no data',
    breaks: { file: 'app/canvas/a.ts', import: '#app/views/timeline/layout.ts' },
  },
  {
    place: 'app/ui',
    may: ['app/theme', 'app/i18n', 'shared/**'],
    why: 'buttons, tables and menus have no data, no URL and no store',
    breaks: { file: 'app/ui/a.ts', import: '#app/api/traces.ts' },
  },
  {
    place: 'app/commands',
    may: ['app/ui', 'app/theme', 'app/i18n', 'shared/**'],
    why: 'the registry of commands is filled by pages and views, and knows none of them',
    breaks: { file: 'app/commands/a.ts', import: '#app/pages/search/page.ts' },
  },
  {
    place: 'app/api',
    may: ['app/i18n', 'shared/**'],
    why: 'fetching knows endpoints and tables, not who shows them',
    breaks: { file: 'app/api/a.ts', import: '#app/ui/button.ts' },
  },
  {
    place: 'app/views/timeline',
    may: [...viewParts],
    why: 'the timeline is a view like others, and the one whose window and gestures others share',
    breaks: { file: 'app/views/timeline/a.ts', import: '#app/api/traces.ts' },
  },
  {
    place: 'app/views/table',
    may: [...viewParts, 'app/views/timeline'],
    why: 'tables of any length scroll as the timeline does, and know nothing of what they show',
    breaks: { file: 'app/views/table/a.ts', import: '#app/views/scatter/layout.ts' },
  },
  {
    place: 'app/views/*',
    may: [...viewParts, 'app/views/timeline', 'app/views/table'],
    why: 'a view is shown by several pages: it has no page, no URL, no fetch, and knows no other view but the table and the timeline',
    breaks: { file: 'app/views/scatter/a.ts', import: '#app/api/traces.ts' },
  },
  {
    place: 'app/pages/*',
    may: pageParts,
    why: 'a page can be deleted without another noticing; what two pages share belongs into views/, ui/ or shared/',
    breaks: { file: 'app/pages/search/a.ts', import: '#app/pages/trace/page.ts' },
  },
  {
    place: 'app/shell',
    may: pageParts,
    why: 'the frame around the pages is handed them by the router and names none',
    breaks: { file: 'app/shell/a.ts', import: '#app/pages/trace/page.ts' },
  },

  // What looks at the whole from outside; nothing above imports any of these.
  {
    place: 'e2e',
    may: ['shared/**'],
    why: 'a journey uses the program as a person does, through its sockets and its screen',
    breaks: { file: 'e2e/a.spec.ts', import: '#server/main.ts' },
  },
  {
    place: 'e2e/nine-doors.spec.ts',
    may: ['e2e', 'e2e/watched-server.ts', 'app/**', 'shared/**'],
    why: 'it follows one value through the folders of the screen; the server it has from e2e/watched-server.ts',
    breaks: { file: 'e2e/nine-doors.spec.ts', import: '#server/main.ts' },
  },
  {
    place: 'e2e/script-size.spec.ts',
    may: ['e2e', 'scripts', 'shared/**'],
    why: 'it holds the list of the size check against what a browser asks for, and needs nothing else of the tree',
    breaks: { file: 'e2e/script-size.spec.ts', import: '#app/main.tsx' },
  },
  {
    place: 'e2e/watched-server.ts',
    may: ['server/**', 'shared/**'],
    why: 'it puts the parts of the server together so that somebody can look on, and knows nothing of the screen',
    breaks: { file: 'e2e/watched-server.ts', import: '#app/main.tsx' },
  },
  {
    place: 'peers',
    may: ['bench', 'shared/**'],
    why: 'other people’s clients, well-meaning and hostile, know the program by its sockets only; bench/ starts it',
    breaks: { file: 'peers/a.ts', import: '#server/main.ts' },
  },
  {
    place: 'peers/send-lines.peers.test.ts',
    may: ['app/pages/*', 'bench', 'peers', 'shared/**'],
    why: 'it runs the lines that the search page offers, and takes nothing else of the screen',
    breaks: { file: 'peers/send-lines.peers.test.ts', import: '#app/router.tsx' },
  },
  {
    place: 'bench',
    may: ['shared/**', 'server/**', 'app/**'],
    why: 'a benchmark measures the program, not its tests',
    breaks: { file: 'bench/a.ts', import: '../e2e/server.ts' },
  },
  {
    place: 'scripts',
    may: ['shared/**', 'server/**'],
    why: 'scripts work on the tree and on what the server says about itself',
    breaks: { file: 'scripts/a.ts', import: '#app/main.tsx' },
  },
]

/** Packages that a place may use, or may not; every row that fits a file counts. */
export interface PackageRule {
  readonly place: string
  /** Package names; with `only` nothing but these, with `never` none of these. `node:` stands for all of Node's modules. */
  readonly only?: readonly string[]
  readonly never?: readonly string[]
  readonly why: string
  readonly breaks: { readonly file: string; readonly import: string }
}

export const packageRules: readonly PackageRule[] = [
  {
    place: 'server/agent',
    only: ['node:', 'yaml', 'vitest'],
    why: 'an agent stands beside every container: each library would be paid for there',
    breaks: { file: 'server/agent/a.ts', import: 'pino' },
  },
  {
    place: 'shared',
    only: ['zod/mini', '@bufbuild/protobuf', '@bufbuild/protobuf/wire', 're2js'],
    why: 'shared/ runs in the browser too: no Node module, and every package there is paid for by each page load',
    breaks: { file: 'shared/spans/a.ts', import: 'node:fs' },
  },
  {
    place: 'app',
    never: ['node:', 'zod', 'fastify', 'pino', '@elastic/elasticsearch'],
    why: 'the screen runs in a browser; of zod it takes zod/mini, which is a quarter of the size',
    breaks: { file: 'app/api/a.ts', import: 'zod' },
  },
  {
    place: 'app/canvas',
    never: ['react', 'react-dom', 'react-aria-components', 'react-intl', 'zustand'],
    why: 'drawing works without React: hover, pan and zoom render no component',
    breaks: { file: 'app/canvas/a.ts', import: 'react' },
  },
  {
    place: 'app/ui',
    never: ['@tanstack/react-query', '@tanstack/react-router', 'zustand'],
    why: 'buttons, tables and menus have no data, no URL and no store',
    breaks: { file: 'app/ui/a.ts', import: 'zustand' },
  },
  {
    place: 'app/views',
    never: ['@tanstack/react-query', '@tanstack/react-router'],
    why: 'a view has no URL and no fetch: the page hands it what it shows',
    breaks: { file: 'app/views/timeline/a.ts', import: '@tanstack/react-query' },
  },
]
