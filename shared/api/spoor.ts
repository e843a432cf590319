/**
 * Our own HTTP endpoints, once: path, parameters, answer. Routes validate with these schemas, the app parses with them,
 * OpenAPI is printed from them. Absolute times are decimal strings of ns since the epoch, durations are numbers of ns,
 * unless a name says otherwise. Errors: problem.ts.
 */
import * as z from 'zod/mini'

const Ns = z.string().check(z.regex(/^\d{1,20}$/))
const SpanKindName = z.enum(['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'])

/** Media type of the binary span table (shared/spans/binary). */
export const SPANS_MEDIA_TYPE = 'application/vnd.spoor.spans; v=0'

/**
 * GET /api/spoor/traces: search. Parameters carry the names of Jaeger's `/api/traces` where Jaeger has them, so that a
 * page address can be handed on unchanged. All conditions hold on one span.
 */
export const SearchParameters = z.object({
  service: z.optional(z.string()),
  operation: z.optional(z.string()),
  /** A JSON object of strings, as Jaeger's. */
  tags: z.optional(z.string()),
  /** `key:value`, repeatable. */
  tag: z.optional(z.union([z.string(), z.array(z.string())])),
  /** Span duration, Go form: `1.5s`, `300ms`; inclusive. */
  minDuration: z.optional(z.string()),
  maxDuration: z.optional(z.string()),
  /** Whole trace, first start to last end. */
  minTraceDuration: z.optional(z.string()),
  maxTraceDuration: z.optional(z.string()),
  /** µs since the epoch; a matching span starts in it. Default: everything that is kept. */
  start: z.optional(z.string()),
  end: z.optional(z.string()),
  /** 1 … 1500; default 20. */
  limit: z.optional(z.string()),
  cursor: z.optional(z.string()),
})
export type SearchParameters = z.infer<typeof SearchParameters>

export const TraceSummaryJson = z.object({
  traceId: z.string(),
  startTime: Ns,
  endTime: Ns,
  spanCount: z.number(),
  errorCount: z.number(),
  matchedCount: z.number(),
  root: z.object({
    spanId: z.string(),
    /** null: the resource names no service (`unknown_service` on screen). */
    service: z.nullable(z.string()),
    name: z.string(),
    kind: SpanKindName,
    error: z.boolean(),
    orphan: z.boolean(),
  }),
  services: z.array(z.object({ name: z.nullable(z.string()), spanCount: z.number(), errorCount: z.number() })),
})
export type TraceSummaryJson = z.infer<typeof TraceSummaryJson>

export const SearchAnswer = z.object({
  traces: z.array(TraceSummaryJson),
  /** Hand it back as `cursor` for the next page; null when there is no more. */
  cursor: z.nullable(z.string()),
  /** Why the answer is not complete; null when it is. */
  incomplete: z.nullable(z.string()),
  spansRead: z.number(),
  tookMs: z.number(),
  asOf: Ns,
})
export type SearchAnswer = z.infer<typeof SearchAnswer>

/** GET /api/spoor/services */
export const ServicesAnswer = z.object({ services: z.array(z.string()) })
export type ServicesAnswer = z.infer<typeof ServicesAnswer>

/** GET /api/spoor/operations?service= (all services when absent) */
export const OperationsAnswer = z.object({
  operations: z.array(z.object({ name: z.string(), kind: SpanKindName })),
})
export type OperationsAnswer = z.infer<typeof OperationsAnswer>

/** GET /api/spoor/attribute-keys?service=&prefix=&limit= */
export const AttributeKeysAnswer = z.object({
  keys: z.array(
    z.object({
      scope: z.enum(['span', 'resource', 'event', 'link', 'instrumentation']),
      key: z.string(),
      types: z.array(z.string()),
      count: z.number(),
    }),
  ),
})
export type AttributeKeysAnswer = z.infer<typeof AttributeKeysAnswer>

/** GET /api/spoor/attribute-values?key=&service=&prefix=&limit= */
export const AttributeValuesAnswer = z.object({
  values: z.array(z.object({ value: z.string(), count: z.number() })),
})
export type AttributeValuesAnswer = z.infer<typeof AttributeValuesAnswer>

/** GET /api/spoor/dependencies?start=&end= (µs; default: everything kept) */
export const DependenciesAnswer = z.object({
  edges: z.array(z.object({ parent: z.string(), child: z.string(), callCount: z.number(), errorCount: z.number() })),
})
export type DependenciesAnswer = z.infer<typeof DependenciesAnswer>

/**
 * GET /api/spoor/durations?service=&operation=&kind=&start=&end= (µs; default: everything kept): how long the spans of one operation take
 * that start in the range, to the minute. Without a service: of those that name none. Buckets ascending, empty ones left out; the bucket
 * of spans that take no time has both bounds 0.
 */
export const DurationsAnswer = z.object({
  buckets: z.array(z.object({ fromNs: z.number(), toNs: z.number(), count: z.number() })),
})
export type DurationsAnswer = z.infer<typeof DurationsAnswer>

/** A span of another trace whose link names a span of the trace asked about. */
export const IncomingLinkJson = z.object({
  traceId: z.string(),
  spanId: z.string(),
  service: z.nullable(z.string()),
  name: z.string(),
  kind: SpanKindName,
  error: z.boolean(),
  startTime: Ns,
  /** ns; negative when it ends before it starts. */
  durationNs: z.number(),
  /** As the link has it: the trace need not have such a span. */
  linkedSpanId: z.string(),
})
export type IncomingLinkJson = z.infer<typeof IncomingLinkJson>

/** GET /api/spoor/links-to/{id}?limit=: newest start first. A trace that nobody knows may be linked to as well. */
export const LinksToAnswer = z.object({
  /** False: this store can't look for them. */
  available: z.boolean(),
  links: z.array(IncomingLinkJson),
  /** How many there are, of which `links` are the newest; when `exact` is false there are more. */
  total: z.number(),
  exact: z.boolean(),
  /** Why the answer is not complete; null when it is. */
  incomplete: z.nullable(z.string()),
})
export type LinksToAnswer = z.infer<typeof LinksToAnswer>

/** One line of the ledger: `received = stored + duplicate + rejected + dropped`. */
export const LedgerLine = z.object({
  protocol: z.string(),
  service: z.string(),
  received: z.number(),
  stored: z.number(),
  duplicate: z.number(),
  rejected: z.record(z.string(), z.number()),
  dropped: z.record(z.string(), z.number()),
})
export type LedgerLine = z.infer<typeof LedgerLine>

/** GET /api/spoor/status */
export const StatusAnswer = z.object({
  version: z.string(),
  startedAt: Ns,
  now: Ns,
  process: z.object({
    pid: z.number(),
    node: z.string(),
    platform: z.string(),
    residentBytes: z.number(),
    cpuSeconds: z.number(),
    cores: z.number(),
    ingestWorkers: z.number(),
    queryWorkers: z.number(),
  }),
  /** Every open door: what, where, and what came through it. */
  listeners: z.array(
    z.object({
      name: z.string(),
      address: z.string(),
      port: z.number(),
      requests: z.number(),
      refused: z.record(z.string(), z.number()),
      /** Of a door for datagrams, whose requests and refusals are datagrams: bytes asked of the system, and granted. */
      receiveBuffer: z.optional(z.object({ asked: z.number(), granted: z.number() })),
    }),
  ),
  ledger: z.object({
    /** Sums over everything since start. */
    total: LedgerLine,
    /** By protocol and service; the first 1,000 services, the rest as `other`. */
    lines: z.array(LedgerLine),
    /** Values cut and entries left out because of limits. */
    valuesCut: z.number(),
    entriesDropped: z.number(),
  }),
  /** OTLP signals that are answered but not kept: requests by signal. */
  notKept: z.record(z.string(), z.number()),
  /** Who sent in the last 15 minutes, latest first. */
  senders: z.array(
    z.object({
      protocol: z.string(),
      service: z.string(),
      peer: z.string(),
      client: z.string(),
      spans: z.number(),
      spansPerSecond: z.number(),
      lastSeen: Ns,
      /** Receipt minus the latest span end of the last message, in ms: a large or negative number is a wrong clock. */
      clockOffsetMs: z.nullable(z.number()),
    }),
  ),
  store: z.object({
    name: z.string(),
    place: z.string(),
    durable: z.boolean(),
    spanCount: z.number(),
    copiesRemoved: z.number(),
    expiredSpans: z.number(),
    bytes: z.number(),
    oldestReceived: z.nullable(Ns),
    newestReceived: z.nullable(Ns),
    retentionAgeMs: z.number(),
    retentionBytes: z.number(),
    freeBytes: z.nullable(z.number()),
    quarantined: z.array(z.object({ file: z.string(), reason: z.string() })),
    writable: z.boolean(),
    writableReason: z.nullable(z.string()),
    details: z.array(z.object({ name: z.string(), value: z.union([z.string(), z.number()]) })),
    demoLoaded: z.boolean(),
  }),
  /** Everything that is limited: the limit as in force and, where it is something that fills up, how much of it is in use. */
  limits: z.array(
    z.object({
      name: z.string(),
      /** For people: `64MiB`, `7d`, `1000`. */
      value: z.string(),
      used: z.optional(z.string()),
      /** The same as numbers; null: nothing that fills up. */
      amount: z.object({
        limit: z.number(),
        used: z.nullable(z.number()),
        /** `bytes`, `ms`, or what is counted: `connections`, `spans`. */
        unit: z.string(),
      }),
    }),
  ),
  durability: z.string(),
  /** What clients that ask are told, and what share of the traces that come in is kept. */
  sampling: z.object({
    /** `fixed`: the default for all; `file`: by strategies; `adaptive`: by the traffic of each operation. */
    kind: z.enum(['fixed', 'file', 'adaptive']),
    /** What a client is told that nothing else is known for: 0 … 1. */
    defaultRate: z.number(),
    /** The file or address of the strategies, the services that it names, when it was read, and why what is there now is not in force. */
    place: z.nullable(z.string()),
    services: z.number(),
    readAt: z.nullable(Ns),
    problem: z.nullable(z.string()),
    /** Of `adaptive`: operations with a share of their own; traces a second that each should have. */
    operations: z.number(),
    targetPerSecond: z.nullable(z.number()),
    /** Of the traces that come in, the share that is kept: 0 … 1. */
    ingestRate: z.number(),
  }),
})
export type StatusAnswer = z.infer<typeof StatusAnswer>

/** POST /api/spoor/demo loads the demo, DELETE removes exactly it. */
export const DemoAnswer = z.object({ spans: z.number() })
export type DemoAnswer = z.infer<typeof DemoAnswer>

/**
 * A header of every answer about spans but searches and links (which have `incomplete`): why spans may be missing from it; absent when the answer is
 * complete. ASCII text.
 */
export const INCOMPLETE_HEADER = 'spoor-incomplete'

/**
 * GET, PUT, DELETE /api/spoor/archive/{id}: whether a trace is kept from retention; keeps it; lets it go. PUT of a trace without spans is
 * answered 404, of one that the archive has no room for 413.
 */
export const ArchiveAnswer = z.object({
  /** False: this store has no archive, and PUT is answered 404. */
  available: z.boolean(),
  /** Null: retention takes it like any other. */
  archived: z.nullable(z.object({ archivedAt: Ns, spanCount: z.number(), bytes: z.number() })),
})
export type ArchiveAnswer = z.infer<typeof ArchiveAnswer>

/** Paths, for the client and the routes. `{id}` is the trace id in any form. */
export const PATHS = {
  search: '/api/spoor/traces',
  /**
   * The trace. By `Accept`: SPANS_MEDIA_TYPE (sections; `?sections=core` leaves attributes, events and links out,
   * `?sections=rest` sends those; with the same random `read=` in both they are of one read), `application/json` (OTLP JSON), `application/x-protobuf` (OTLP protobuf);
   * `?download=otlp-json|otlp-protobuf|jaeger-json|chrome-json` names a file.
   */
  trace: '/api/spoor/traces/{id}',
  archive: '/api/spoor/archive/{id}',
  services: '/api/spoor/services',
  operations: '/api/spoor/operations',
  attributeKeys: '/api/spoor/attribute-keys',
  attributeValues: '/api/spoor/attribute-values',
  dependencies: '/api/spoor/dependencies',
  durations: '/api/spoor/durations',
  linksTo: '/api/spoor/links-to/{id}',
  status: '/api/spoor/status',
  demo: '/api/spoor/demo',
  /** A trace file as the body (import.ts). */
  import: '/api/spoor/import',
  uiConfig: '/api/spoor/ui-config',
  openapi: '/api/openapi.json',
} as const
