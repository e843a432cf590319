/**
 * Healthy requests of made-up systems: each has its own services, names, sizes, speeds, ways to call and ways to tell of
 * them. Nothing in them fails, hangs or is lost; caches mostly have what is asked of them, some pages read a handful of rows
 * one by one, some handlers ask two dozen partitions at once, some work goes on after the answer.
 */
import { attribute } from '#shared/generator/add-span.ts'
import type { Random } from '#shared/generator/random.ts'
import type { Attribute } from '#shared/spans/attribute-value.ts'
import { again, work, type Work } from './work.ts'

const SYLLABLES = 'ka lo mi ren tas vor bel qui zan dor fe nul sar pim gra tok wes hal jun oxi'.split(' ')
const ROLES = 'api service svc worker gateway core backend web'.split(' ')
const PLAIN = 'orders billing catalog search profile inbox media geo rating promo stock auth feed chat maps'.split(' ')
const NOUNS =
  'order item user price rule quote entry account route basket voucher review session token invoice image tag seat'.split(
    ' ',
  )
const VERBS = 'load compute check render plan merge verify resolve enrich score'.split(' ')
const DATABASES = ['postgresql', 'mysql', 'mongodb', 'oracle.db', 'cassandra']
const CACHES = ['redis', 'memcached', 'valkey']

/** How an instrumentation tells whether a cache had it. */
const CACHE_STYLES = ['flag', 'word', 'miss', 'rows', 'event', 'silent'] as const

/** Levels of services below the first. */
const MOST_LEVELS = 4

export interface ShopOptions {
  /** Cache outcomes are told: needed where a lost cache is planted. */
  readonly tellsOfCaches?: boolean
}

/** One system, and requests to it. */
export class Shop {
  readonly #random: Random
  readonly #services: readonly string[]
  readonly #most: number
  readonly #speed: number
  readonly #cacheStyle: (typeof CACHE_STYLES)[number]
  readonly #cacheSystem: string
  readonly #missRate: number
  readonly #database: string
  readonly #rpc: boolean
  #count = 0

  constructor(random: Random, options: ShopOptions = {}) {
    this.#random = random
    const names = new Set<string>()
    const count = 2 + random.below(9)
    while (names.size < count) names.add(serviceName(random))
    this.#services = [...names]
    this.#most = Math.round(random.logNormal(45, 0.7)) + 12
    this.#speed = random.logNormal(1, 1)
    this.#cacheStyle = random.pick(options.tellsOfCaches === true ? CACHE_STYLES.slice(0, 5) : CACHE_STYLES)
    this.#cacheSystem = random.pick(CACHES)
    this.#missRate = random.between(0, 0.2)
    this.#database = random.pick(DATABASES)
    this.#rpc = random.chance(0.4)
  }

  /** A request: a dozen to a few hundred spans. */
  request(): Work {
    this.#count = 0
    const root = this.#handler(this.#services[0], 0)
    const random = this.#random
    if (random.chance(0.2)) {
      const consumer = work(
        random.pick(this.#services),
        `process ${random.pick(NOUNS)}.changed`,
        'consumer',
        this.ns(30),
      )
      const producer = work(root.service, `publish ${random.pick(NOUNS)}.changed`, 'producer', this.ns(1))
      producer.later = { afterNs: this.ns(80), work: consumer }
      this.#append(root, [producer])
    }
    return root
  }

  /** A time around so many ms, at this system's speed, ns. */
  ns(medianMs: number, spread = 0.6): number {
    return Math.max(2000, Math.round(this.#random.logNormal(medianMs * 1e6 * this.#speed, spread)))
  }

  query(service: string): Work {
    const random = this.#random
    const noun = random.pick(NOUNS)
    const verb = random.pick(['SELECT', 'SELECT', 'SELECT', 'INSERT', 'UPDATE'])
    const name =
      this.#database === 'mongodb'
        ? `${noun}s.find`
        : random.chance(0.5)
          ? `${verb} ${noun}s`
          : `${verb} ${noun}s WHERE ${random.pick(NOUNS)}_id = ?`
    return work(service, name, 'client', this.ns(3.5), [
      attribute('db.system.name', this.#database),
      attribute('db.operation.name', verb),
      attribute('db.response.returned_rows', verb === 'SELECT' ? random.below(20) : 0),
    ])
  }

  /** A lookup in the cache. */
  lookup(service: string, noun: string, isHit: boolean): Work {
    const one = work(service, `GET ${noun}:*`, 'client', this.ns(0.7), [attribute('db.system.name', this.#cacheSystem)])
    const tell = (key: string, value: string | number | boolean): number => one.attributes.push(attribute(key, value))
    if (this.#cacheStyle === 'flag') tell('cache.hit', isHit)
    if (this.#cacheStyle === 'word') tell('app.cache.result', isHit ? 'hit' : 'miss')
    if (this.#cacheStyle === 'miss') tell('cache.missed', !isHit)
    if (this.#cacheStyle === 'rows') tell('db.response.returned_rows', isHit ? 1 : 0)
    if (this.#cacheStyle === 'event') one.events.push(isHit ? 'cache hit' : 'cache miss')
    return one
  }

  /** A call of another service: the caller's span around the callee's, with the network between. */
  call(service: string, callee: Work): Work {
    const random = this.#random
    const attributes: Attribute[] = []
    if (random.chance(0.7)) attributes.push(attribute('server.address', callee.service))
    else if (random.chance(0.6)) attributes.push(attribute('peer.service', callee.service))
    const name = this.#rpc ? callee.name : callee.name.split(' ')[0]
    const one = work(service, name, 'client', this.ns(0.3), attributes)
    this.#append(one, [callee])
    return one
  }

  noun(): string {
    return this.#random.pick(NOUNS)
  }

  #append(parent: Work, stage: Work[]): void {
    parent.stages.push(stage)
    parent.pieces.push(this.ns(0.4))
  }

  #handler(service: string, level: number): Work {
    const random = this.#random
    this.#count++
    const noun = random.pick(NOUNS)
    const name = this.#rpc
      ? `${service}.v1.${noun}/${random.pick(VERBS)}`
      : `${random.pick(['GET', 'GET', 'POST', 'PUT'])} /${service}/${noun}s/{id}`
    const one = work(service, name, 'server', this.ns(0.6), [
      attribute(this.#rpc ? 'rpc.method' : 'http.route', name.split(' ').at(-1) ?? name),
    ])
    const stages = (level === 0 ? 4 : 1) + random.below(5)
    for (let k = 0; k < stages && this.#count < this.#most; k++) this.#addStages(one, level)
    return one
  }

  #addStages(parent: Work, level: number): void {
    const random = this.#random
    const { service } = parent
    const draw = random.unit()
    if (draw < 0.1) {
      const noun = this.noun()
      const isHit = !random.chance(this.#missRate)
      this.#append(parent, [this.#counted(this.lookup(service, noun, isHit))])
      if (!isHit) this.#append(parent, [this.#counted(this.query(service))])
      return
    }
    if (draw < 0.16) {
      // A handful of rows one by one, a little like the ones before.
      const query = this.query(service)
      for (let k = 2 + random.below(5); k > 0; k--) this.#append(parent, [this.#counted(again(query, random, 0.3))])
      return
    }
    if (draw < 0.22) {
      const one = random.chance(0.5)
        ? this.query(service)
        : work(service, `${random.pick(VERBS)} part`, 'internal', this.ns(4))
      this.#append(
        parent,
        Array.from({ length: 3 + random.below(22) }, () => this.#counted(again(one, random, 0.4))),
      )
      return
    }
    const calls = random.chance(0.2) ? 2 + random.below(4) : 1
    this.#append(
      parent,
      Array.from({ length: calls }, () => this.#one(service, level)),
    )
  }

  #counted(one: Work): Work {
    this.#count++
    return one
  }

  #one(service: string, level: number): Work {
    const random = this.#random
    const draw = random.unit()
    if (draw < 0.4 && level < MOST_LEVELS && this.#count < this.#most) {
      const other = random.pick(this.#services)
      return this.#counted(this.call(service, this.#handler(other, level + 1)))
    }
    if (draw < 0.7) return this.#counted(this.query(service))
    if (draw < 0.78) {
      const host = `${random.pick(SYLLABLES)}${random.pick(SYLLABLES)}.example`
      return this.#counted(work(service, `POST ${host}`, 'client', this.ns(7), [attribute('server.address', host)]))
    }
    const internal = this.#counted(work(service, `${random.pick(VERBS)} ${this.noun()}`, 'internal', this.ns(1.2)))
    if (random.chance(0.5) && level < MOST_LEVELS) {
      for (let k = 1 + random.below(3); k > 0; k--) this.#append(internal, [this.#one(service, level + 1)])
    }
    return internal
  }
}

function serviceName(random: Random): string {
  const stem = random.chance(0.4)
    ? random.pick(PLAIN)
    : random.pick(SYLLABLES) + random.pick(SYLLABLES) + (random.chance(0.4) ? random.pick(SYLLABLES) : '')
  return random.chance(0.5) ? stem : `${stem}-${random.pick(ROLES)}`
}
