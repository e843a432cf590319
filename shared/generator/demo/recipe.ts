/**
 * What a demo trace is made of: a tree of who does what, when and for how long. Planning it gives spans with ids, kinds
 * and the attributes that OpenTelemetry's conventions want of such a span; writing puts them into a table.
 */
import type { Attribute } from '#shared/spans/attribute-value.ts'
import type { SpanKind } from '#shared/spans/span-table.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import {
  addResource,
  addScope,
  addSpan,
  attribute,
  type EventValues,
  type LinkValues,
} from '#shared/generator/add-span.ts'
import type { Random } from '#shared/generator/random.ts'

export interface Recipe {
  readonly service: string
  readonly name: string
  /** ms after the start of the trace, and how long. */
  readonly at: number
  readonly ms: number
  /** Default: client when it has a peer, server when its parent is of another service, else internal. */
  readonly kind?: SpanKind
  /** Status error with this message, and an exception event. */
  readonly error?: string
  /** HTTP status code. */
  readonly http?: number
  /** What is called: postgres, redis, kafka, or a host. */
  readonly peer?: string
  readonly attributes?: readonly Attribute[]
  /** Texts of events with their ms after the start of the trace. */
  readonly notes?: readonly (readonly [at: number, name: string, ...attributes: Attribute[]])[]
  readonly children?: readonly Recipe[]
}

/** A recipe in one line. */
export function step(
  service: string,
  name: string,
  at: number,
  ms: number,
  more: Omit<Recipe, 'service' | 'name' | 'at' | 'ms'> = {},
): Recipe {
  return { service, name, at, ms, ...more }
}

export interface TraceRecipe {
  readonly root: Recipe
  /** ns since the epoch. */
  readonly startTime: bigint
  /** Versions of services that are not at the usual one. */
  readonly versions?: Readonly<Record<string, string>>
  /** Attributes of every span at an edge of the shop: whose request this is. */
  readonly baggage?: readonly Attribute[]
  readonly links?: readonly LinkValues[]
}

/** A span with everything but its place in a table. */
export interface PlannedSpan {
  readonly traceId: Uint32Array
  readonly spanId: Uint32Array
  readonly parentSpanId: Uint32Array | undefined
  readonly service: string
  readonly version: string
  readonly scope: string
  readonly name: string
  readonly kind: SpanKind
  readonly error: string | undefined
  readonly startTime: bigint
  readonly endTime: bigint
  readonly attributes: readonly Attribute[]
  readonly events: readonly EventValues[]
  readonly links: readonly LinkValues[]
}

/** The spans of a trace in depth-first order. Without recursion: a batch job is deep and wide. */
export function planTrace(trace: TraceRecipe, random: Random): PlannedSpan[] {
  const traceId = Uint32Array.from({ length: 4 }, () => (random.u32() | 1) >>> 0)
  const spans: PlannedSpan[] = []
  const work: { recipe: Recipe; parent: PlannedSpan | undefined }[] = [{ recipe: trace.root, parent: undefined }]
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const { recipe, parent } = next
    const kind = kindOf(recipe, parent)
    const edge = kind === 'server' || kind === 'consumer' ? (trace.baggage ?? []) : []
    const span: PlannedSpan = {
      traceId,
      spanId: Uint32Array.of((random.u32() | 1) >>> 0, random.u32()),
      parentSpanId: parent?.spanId,
      service: recipe.service,
      version: trace.versions?.[recipe.service] ?? '2.3.1',
      scope: scopeOf(recipe, kind),
      name: recipe.name,
      kind,
      error: recipe.error,
      startTime: trace.startTime + nanoseconds(recipe.at),
      endTime: trace.startTime + nanoseconds(recipe.at + recipe.ms),
      attributes: [...conventional(recipe, kind, random), ...edge, ...(recipe.attributes ?? [])],
      events: eventsOf(recipe, trace.startTime),
      links: parent === undefined ? (trace.links ?? []) : [],
    }
    spans.push(span)
    const children = recipe.children ?? []
    for (let i = children.length - 1; i >= 0; i--) work.push({ recipe: children[i], parent: span })
  }
  return spans
}

function nanoseconds(ms: number): bigint {
  return BigInt(Math.round(ms * 1e6))
}

function kindOf(recipe: Recipe, parent: PlannedSpan | undefined): SpanKind {
  if (recipe.kind !== undefined) return recipe.kind
  if (recipe.peer !== undefined) return 'client'
  return parent === undefined || parent.service !== recipe.service ? 'server' : 'internal'
}

function scopeOf({ peer, http }: Recipe, kind: SpanKind): string {
  if (peer === 'postgres') return 'instrumentation/sql'
  if (peer === 'redis' || peer === 'kafka') return `instrumentation/${peer}`
  if (kind === 'internal') return 'shop/app'
  return http === undefined ? 'instrumentation/grpc' : 'instrumentation/http'
}

const METHOD = /^(GET|POST|PUT|DELETE) /

function conventional(recipe: Recipe, kind: SpanKind, random: Random): Attribute[] {
  const { name, service, peer, http } = recipe
  if (peer === 'postgres') {
    const collection = /(?:SELECT|INSERT|UPDATE) (\w+)/.exec(name)?.[1] ?? service
    return [
      attribute('db.system.name', 'postgresql'),
      attribute('db.namespace', service.replaceAll('-', '_')),
      attribute('db.operation.name', name.split(' ')[0]),
      attribute('db.collection.name', collection),
      attribute('db.query.text', queryText(name, collection)),
      attribute('server.address', `pg-${service}.shop.internal`),
      attribute('server.port', 5432),
      attribute('db.response.returned_rows', /SELECT/.test(name) ? 1 + random.below(3) : 0),
    ]
  }
  if (peer === 'redis') {
    return [
      attribute('db.system.name', 'redis'),
      attribute('db.operation.name', name.split(' ')[0]),
      attribute('db.query.text', name),
      attribute('server.address', 'redis.shop.internal'),
      attribute('server.port', 6379),
    ]
  }
  if (peer === 'kafka' || kind === 'consumer') {
    return [
      attribute('messaging.system', 'kafka'),
      attribute('messaging.destination.name', name.split(' ')[1] ?? name),
      attribute('messaging.operation.type', kind === 'consumer' ? 'process' : 'send'),
      attribute('messaging.kafka.offset', 180_000 + random.below(9000)),
    ]
  }
  const method = METHOD.exec(name)?.[1]
  if (method !== undefined) {
    const route = name.slice(method.length + 1)
    const address = peer ?? `${service}.shop.internal`
    return [
      attribute('http.request.method', method),
      kind === 'client' ? attribute('url.full', `https://${route}`) : attribute('http.route', route),
      attribute('http.response.status_code', http ?? 200),
      attribute('server.address', address),
      attribute('server.port', peer === undefined ? 8080 : 443),
      attribute('network.protocol.version', '1.1'),
    ]
  }
  if (kind === 'internal') {
    return [attribute('code.function.name', `${service}.${name}`), attribute('thread.id', random.below(32))]
  }
  return [
    attribute('rpc.system', 'grpc'),
    attribute('rpc.service', `shop.${service}.v1`),
    attribute('rpc.method', name),
    attribute('rpc.grpc.status_code', recipe.error === undefined ? 0 : 14),
    attribute('server.address', peer ?? `${service}.shop.internal`),
  ]
}

function queryText(name: string, collection: string): string {
  if (name === 'BEGIN' || name === 'COMMIT') return name
  if (name.startsWith('UPDATE')) return `UPDATE ${collection} SET reserved = reserved + $2 WHERE sku = $1`
  if (name.startsWith('INSERT')) return `INSERT INTO ${collection} (id, user_id, total, state) VALUES ($1, $2, $3, $4)`
  if (name.includes('WHERE')) return name.replace('SELECT', 'SELECT * FROM')
  return `SELECT * FROM ${collection} WHERE id = $1${name.includes('FOR UPDATE') ? ' FOR UPDATE' : ''}`
}

function eventsOf({ error, at, ms, service, name, notes }: Recipe, start: bigint): EventValues[] {
  const events: EventValues[] = (notes ?? []).map(([noteAt, text, ...attributes]) => ({
    time: start + nanoseconds(noteAt),
    name: text,
    attributes,
  }))
  if (error !== undefined) {
    const type = error.split(':')[0]
    events.push({
      time: start + nanoseconds(at + ms),
      name: 'exception',
      attributes: [
        attribute('exception.type', type),
        attribute('exception.message', error),
        attribute(
          'exception.stacktrace',
          `${error}\n    at ${name} (/app/src/${service}/handlers.ts:88:13)\n    at call (/app/src/rpc/client.ts:41:9)\n    at run (/app/src/main.ts:17:5)`,
        ),
      ],
    })
  }
  return events
}

const LANGUAGES: Readonly<Record<string, string>> = {
  'edge-gateway': 'go',
  storefront: 'nodejs',
  identity: 'java',
  catalog: 'go',
  pricing: 'python',
  payments: 'java',
  'fraud-check': 'python',
  'route-planner': 'rust',
  'push-sender': 'nodejs',
}

/** Appends planned spans; resources and scopes are entered as needed. */
export function writeSpans(table: SpanTableBuilder, spans: readonly PlannedSpan[]): void {
  const resources = new Map<string, number>()
  const scopes = new Map<string, number>()
  for (const { service, version, scope, error, ...span } of spans) {
    const key = `${service} ${version}`
    let resource = resources.get(key)
    if (resource === undefined)
      resources.set(key, (resource = addResource(table, service, resourceOf(service, version))))
    let scopeIndex = scopes.get(scope)
    if (scopeIndex === undefined) scopes.set(scope, (scopeIndex = addScope(table, scope, '1.4.0')))
    const status = error === undefined ? 'unset' : 'error'
    addSpan(table, { ...span, status, statusMessage: error, resource, scope: scopeIndex })
  }
}

function resourceOf(service: string, version: string): Attribute[] {
  // From the name: the same pod for the same service.
  let pod = 7
  for (let i = 0; i < service.length; i++) pod = (pod * 31 + service.charCodeAt(i)) % 65_536
  return [
    attribute('service.namespace', 'shop'),
    attribute('service.version', version),
    attribute('service.instance.id', `${service}-${pod.toString(16)}`),
    attribute('host.name', `node-${pod % 4}`),
    attribute('deployment.environment.name', 'demo'),
    attribute('telemetry.sdk.language', LANGUAGES[service] ?? 'go'),
    attribute('telemetry.sdk.name', 'opentelemetry'),
    attribute('telemetry.sdk.version', '1.38.0'),
    attribute('spoor.demo', true),
  ]
}

/** `count` calls one after the other between two moments; lengths vary, a few are much longer. */
export function repeated(
  random: Random,
  count: number,
  recipe: Pick<Recipe, 'service' | 'name' | 'peer'>,
  from: number,
  to: number,
): Recipe[] {
  const weights = Array.from({ length: count }, () => random.logNormal(random.chance(0.02) ? 6 : 1, 0.34))
  const sum = weights.reduce((a, b) => a + b, 0)
  const pause = ((to - from) * 0.035) / count
  let at = from
  return weights.map(weight => {
    const ms = ((to - from) * 0.965 * weight) / sum
    const one: Recipe = { ...recipe, at, ms }
    at += ms + pause
    return one
  })
}

/** The recipe with all its times multiplied. */
export function scaled(recipe: Recipe, factor: number): Recipe {
  return {
    ...recipe,
    at: recipe.at * factor,
    ms: recipe.ms * factor,
    notes: recipe.notes?.map(([at, ...rest]) => [at * factor, ...rest] as const),
    children: recipe.children?.map(child => scaled(child, factor)),
  }
}
