/**
 * Endless traffic of a shop of many services, for benchmarks and tests of size: server, client, database and internal
 * spans by OpenTelemetry's conventions, about ten attributes a span and seven spans a trace unless told otherwise. Some
 * values repeat everywhere, some (users, paths, requests) are of many. The same seed gives the same rows.
 */
import {
  ATTRIBUTE_BOOL,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_INT,
  ATTRIBUTE_STRING,
  doubleWords,
} from '#shared/spans/attribute-value.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { setTime } from '#shared/spans/time.ts'
import { addResource, addScope, attribute } from './add-span.ts'
import { Random } from './random.ts'

export interface TrafficOptions {
  /** Default 1. */
  readonly seed?: number
  /** Default 30. */
  readonly services?: number
  /** Mean number of spans; a trace has 1 up to twice as many. Default 7. */
  readonly spansPerTrace?: number
  /** Default 10: what the conventions give. Fewer are left out from the end, more are made up. */
  readonly attributesPerSpan?: number
  /** Part of the spans that fail. Default 0.01. */
  readonly errorRate?: number
  /** Different values of `user.id`. Default 10,000. */
  readonly users?: number
}

const NOUNS =
  'cart checkout payment shipping email ad catalog currency quote search review stock account gateway web mobile audit order price image tax coupon wishlist session report invoice refund address courier ledger'.split(
    ' ',
  )
const VERBS = ['get', 'list', 'create', 'update', 'delete', 'quote']
const METHODS = ['GET', 'GET', 'POST', 'PUT', 'DELETE', 'POST']
const LANGUAGES = ['go', 'java', 'nodejs', 'python', 'dotnet']
const SYSTEMS = ['postgresql', 'postgresql', 'redis', 'mysql']

const [INTERNAL, SERVER, CLIENT] = [1, 2, 3]
const DATABASE = 6

interface Service {
  readonly name: string
  readonly resource: number
  readonly system: string
}

export class Traffic {
  readonly #table: SpanTableBuilder
  readonly #random: Random
  readonly #options: Required<TrafficOptions>
  readonly #services: readonly Service[]
  readonly #scopes: readonly number[]
  /** Texts that were used before: a table's dictionary only grows. */
  readonly #ids = new Map<string, number>()
  readonly #traceId = new Uint32Array(4)
  #attributes = 0

  /** Everything goes into this table; resources and scopes are entered at once. */
  constructor(table: SpanTableBuilder, options: TrafficOptions = {}) {
    this.#table = table
    this.#options = {
      seed: 1,
      services: 30,
      spansPerTrace: 7,
      attributesPerSpan: 10,
      errorRate: 0.01,
      users: 10_000,
      ...options,
    }
    this.#random = new Random(this.#options.seed)
    this.#services = Array.from({ length: this.#options.services }, (_, i) => this.#service(i))
    this.#scopes = ['http', 'client', 'sql', 'app'].map(name => addScope(table, `instrumentation/${name}`, '2.1.0'))
  }

  #service(i: number): Service {
    const name = i < NOUNS.length ? NOUNS[i] : `${NOUNS[i % NOUNS.length]}-${Math.floor(i / NOUNS.length)}`
    const resource = addResource(this.#table, name, [
      attribute('service.version', `1.${i % 7}.${i % 3}`),
      attribute('service.instance.id', `${name}-${this.#hex(8)}`),
      attribute('deployment.environment.name', 'production'),
      attribute('host.name', `node-${i % 8}`),
      attribute('os.type', 'linux'),
      attribute('telemetry.sdk.language', LANGUAGES[i % LANGUAGES.length]),
      attribute('telemetry.sdk.name', 'opentelemetry'),
      attribute('telemetry.sdk.version', '1.38.0'),
    ])
    return { name, resource, system: SYSTEMS[i % SYSTEMS.length] }
  }

  #hex(digits: number): string {
    return this.#random.u32().toString(16).padStart(8, '0').slice(0, digits)
  }

  /** Appends one trace that starts then (ns since the epoch). Returns how many spans it has. */
  addTrace(startTime: bigint): number {
    const random = this.#random
    const count = 1 + random.below(this.#options.spansPerTrace * 2 - 1)
    for (let k = 0; k < 4; k++) this.#traceId[k] = random.u32()
    this.#traceId[0] |= 1
    // Spans that may have children: id, service, start and duration in ns after the trace's start.
    const servers = [
      { id: this.#spanId(), service: random.pick(this.#services), at: 0, ns: random.logNormal(4e7, 0.8) },
    ]
    this.#span(SERVER, servers[0], undefined, startTime, servers[0].service)
    for (let made = 1; made < count;) {
      const parent = random.pick(servers)
      const at = parent.at + Math.floor(parent.ns * random.unit() * 0.6)
      const ns = Math.floor((parent.at + parent.ns - at) * random.between(0.05, 0.9))
      const child = { id: this.#spanId(), service: parent.service, at, ns }
      const chance = random.unit()
      if (chance < 0.35 && made + 2 <= count) {
        const service = random.pick(this.#services)
        this.#span(CLIENT, child, parent.id, startTime, service)
        const server = { id: this.#spanId(), service, at: at + Math.floor(ns * 0.1), ns: Math.floor(ns * 0.8) }
        this.#span(SERVER, server, child.id, startTime, service)
        servers.push(server)
        made += 2
      } else {
        this.#span(chance < 0.75 ? DATABASE : INTERNAL, child, parent.id, startTime, parent.service)
        made++
      }
    }
    return count
  }

  #spanId(): readonly [number, number] {
    return [this.#random.u32() | 1, this.#random.u32()]
  }

  #span(
    shape: number,
    span: {
      readonly id: readonly [number, number]
      readonly service: Service
      readonly at: number
      readonly ns: number
    },
    parent: readonly [number, number] | undefined,
    traceStart: bigint,
    peer: Service,
  ): void {
    const table = this.#table
    const random = this.#random
    const verb = random.below(VERBS.length)
    const failed = random.chance(this.#options.errorRate)
    const start = traceStart + BigInt(Math.floor(span.at))
    const name = this.#id(nameOf(shape, peer, verb))
    const message = failed ? this.#id('deadline exceeded') : 0
    const row = table.beginSpan()
    table.traceId.set(this.#traceId, row * 4)
    table.spanId.set(span.id, row * 2)
    if (parent !== undefined) table.parentSpanId.set(parent, row * 2)
    setTime(table.startTime, row, start)
    setTime(table.endTime, row, start + BigInt(Math.floor(span.ns)))
    table.name[row] = name
    table.statusMessage[row] = message
    table.kind[row] = shape === DATABASE ? CLIENT : shape
    table.status[row] = failed ? 2 : 0
    table.flags[row] = 0x101
    table.resource[row] = span.service.resource
    table.scope[row] = this.#scopes[shape === SERVER ? 0 : shape === CLIENT ? 1 : shape === DATABASE ? 2 : 3]
    this.#attributes = 0
    if (shape === SERVER) this.#server(peer, verb, failed)
    else if (shape === CLIENT) this.#client(peer, verb, failed)
    else if (shape === DATABASE) this.#database(peer, verb)
    else this.#internal(peer)
    for (let i = this.#attributes; i < this.#options.attributesPerSpan; i++)
      this.#text(`app.extra.${i}`, `value ${random.below(1000)}`)
    if (failed) {
      const time = start + BigInt(Math.floor(span.ns))
      table.addEvent(Number(time & 0xffffffffn), Number(time >> 32n), this.#id('exception'), 0)
      table.addEventAttribute(this.#id('exception.type'), ATTRIBUTE_STRING, this.#id('TimeoutError'), 0)
      table.addEventAttribute(this.#id('exception.message'), ATTRIBUTE_STRING, this.#id('deadline exceeded'), 0)
    }
    table.endSpan()
  }

  #server(service: Service, verb: number, failed: boolean): void {
    const random = this.#random
    this.#text('http.request.method', METHODS[verb])
    this.#text('http.route', `/api/${service.name}/{id}`)
    this.#text('url.path', `/api/${service.name}/${random.below(100_000)}`)
    this.#int('http.response.status_code', failed ? 504 : 200)
    this.#text('server.address', `${service.name}.shop.svc.cluster.local`)
    this.#int('server.port', 8080)
    this.#text('client.address', `10.${random.below(4)}.${random.below(256)}.${random.below(256)}`)
    this.#text('user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36')
    this.#text('user.id', `user-${random.below(this.#options.users)}`)
    this.#text('network.protocol.version', '1.1')
  }

  #client(peer: Service, verb: number, failed: boolean): void {
    const random = this.#random
    this.#text('http.request.method', METHODS[verb])
    this.#text('url.full', `http://${peer.name}.shop.svc.cluster.local:8080/api/${peer.name}/${random.below(100_000)}`)
    this.#int('http.response.status_code', failed ? 504 : 200)
    this.#text('server.address', `${peer.name}.shop.svc.cluster.local`)
    this.#int('server.port', 8080)
    this.#text('peer.service', peer.name)
    this.#text('network.protocol.version', '1.1')
    this.#int('http.request.resend_count', random.chance(0.02) ? 1 : 0)
    this.#int('thread.id', random.below(64))
    this.#text('http.request.header.x-request-id', `${this.#hex(8)}${this.#hex(8)}`)
  }

  #database(service: Service, verb: number): void {
    const random = this.#random
    this.#text('db.system.name', service.system)
    this.#text('db.namespace', `${service.name}_db`)
    this.#text('db.operation.name', VERBS[verb])
    this.#text('db.collection.name', `${service.name}_item`)
    this.#text('db.query.text', `SELECT * FROM ${service.name}_item WHERE id = $1 AND state = $2 -- ${VERBS[verb]}`)
    this.#int('db.response.returned_rows', random.below(50))
    this.#text('server.address', `db-${service.system}`)
    this.#int('server.port', 5432)
    this.#int('thread.id', random.below(64))
    this.#text('db.client.connection.pool.name', 'main')
  }

  #internal(service: Service): void {
    const random = this.#random
    this.#text('code.function.name', `${service.name}.service.handle`)
    this.#text('code.file.path', `/app/src/${service.name}/service.ts`)
    this.#int('code.line.number', random.below(400))
    this.#int('thread.id', random.below(64))
    this.#text('thread.name', `worker-${random.below(8)}`)
    this.#int('app.items', random.below(20))
    const [low, high] = doubleWords(Math.round(random.logNormal(40, 0.6) * 100) / 100)
    this.#add('app.total', ATTRIBUTE_DOUBLE, low, high)
    this.#add('app.cached', ATTRIBUTE_BOOL, random.chance(0.7) ? 1 : 0, 0)
    this.#text('tenant.id', `tenant-${random.below(40)}`)
    this.#text('user.id', `user-${random.below(this.#options.users)}`)
  }

  #text(key: string, value: string): void {
    this.#add(key, ATTRIBUTE_STRING, this.#id(value), 0)
  }

  #int(key: string, value: number): void {
    this.#add(key, ATTRIBUTE_INT, value, 0)
  }

  #add(
    key: string,
    type: typeof ATTRIBUTE_STRING | typeof ATTRIBUTE_INT | typeof ATTRIBUTE_DOUBLE | typeof ATTRIBUTE_BOOL,
    low: number,
    high: number,
  ): void {
    if (this.#attributes >= this.#options.attributesPerSpan) return
    this.#attributes++
    this.#table.addAttribute(this.#id(key), type, low, high)
  }

  #id(text: string): number {
    let id = this.#ids.get(text)
    if (id === undefined) {
      id = this.#table.internText(text)
      // Values of many are not worth remembering: the table finds them.
      if (this.#ids.size < 20_000) this.#ids.set(text, id)
    }
    return id
  }
}

function nameOf(shape: number, service: Service, verb: number): string {
  if (shape === SERVER) return `${METHODS[verb]} /api/${service.name}/{id}`
  if (shape === CLIENT) return METHODS[verb]
  return shape === DATABASE ? `${VERBS[verb]} ${service.name}_item` : `${service.name}.${VERBS[verb]}`
}
