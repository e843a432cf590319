/** Seeded traces for peers, as the text of OTLP requests: what real SDKs send and some of what they only may. */
import { Random } from '#shared/generator/random.ts'

export interface MadeTraces {
  /** One OTLP JSON request a trace. */
  readonly requests: readonly string[]
  readonly traceIds: readonly string[]
  readonly services: readonly string[]
  readonly names: readonly string[]
  /** `key:value` as Jaeger's `tag` has it; each stands at some span, resource or event. */
  readonly tags: readonly string[]
}

type Value = Readonly<Record<string, unknown>>
interface Pair {
  readonly key: string
  readonly value: Value
}

const NAMES = ['GET /', 'HTTP GET', 'SELECT', 'publish orders', 'grün ✓', 'a"b\\c', 'with : colon']
const KEYS = ['http.method', 'user.id', 'db.rows', 'cache.hit', 'ratio', 'Ünïcode', 'error', 'a.b.c', 'message']
const TEXTS = ['GET', 'POST', '', 'ada', 'x:y', '{"json":1}', '"quoted"', 'ümläut ✓', '<b>&amp;', '200', 'true', 'a\nb']
const INTS = ['0', '1', '-1', '200', '42', '9007199254740993', '9223372036854775807', '-9223372036854775808']
const DOUBLES = [0.1, -2.5, 1e21, 1e-7, 72.5, 123456789.125, 3, 1e20]

/** Values in lists, maps and links stand nowhere else: a search finds them here, and not in Jaeger. */
function randomValue(random: Random, depth = 2): Value {
  switch (random.below(depth > 0 ? 8 : 4)) {
    case 0:
      return depth < 2 ? { doubleValue: 77.5 } : { boolValue: random.chance(0.5) }
    case 1:
      return { intValue: depth < 2 ? '77' : random.pick(INTS) }
    case 2:
      return { doubleValue: depth < 2 ? -0.25 : random.pick(DOUBLES) }
    case 3:
    case 4:
      return { stringValue: depth < 2 ? `in ${random.pick(TEXTS)}` : random.pick(TEXTS) }
    case 5:
      // Never none: of such Jaeger's JSON says null when they came as JSON, and "" when not.
      return { bytesValue: Buffer.from(`bytes ${random.pick(TEXTS)}`).toString('base64') }
    case 6:
      return { arrayValue: { values: Array.from({ length: random.below(3) }, () => randomValue(random, depth - 1)) } }
    default:
      return { kvlistValue: { values: randomPairs(random, 2, depth - 1) } }
  }
}

/** No key twice. */
function randomPairs(random: Random, most: number, depth = 2): Pair[] {
  const pairs = new Map<string, Pair>()
  for (let k = random.below(most + 1); k > 0; k--) {
    const key = random.pick(KEYS)
    pairs.set(key, { key, value: randomValue(random, depth) })
  }
  return [...pairs.values()]
}

const hex = (random: Random, words: number): string =>
  Array.from({ length: words }, () => (random.u32() | 1) >>> 0)
    .map(word => word.toString(16).padStart(8, '0'))
    .join('')

/**
 * `prefix` begins all names of services; `now`: ms since the epoch, spans start in the half hour before. Trace ids follow from `now`
 * alone, so that a seed can be tried again on a server that keeps what it had.
 */
export function makeTraces(random: Random, count: number, prefix: string, now: number): MadeTraces {
  const services = ['web', 'cart', 'pay', 'db'].map(name => `${prefix}${name}`)
  const idRandom = new Random(now)
  const requests: string[] = []
  const traceIds: string[] = []
  const tags = new Set<string>()
  const noteTags = (pairs: readonly Pair[]): void => {
    for (const { key, value } of pairs) {
      const text = value['stringValue'] ?? value['intValue'] ?? value['boolValue']
      // `error` is a word of its own in a search.
      if (text !== undefined && text !== '' && key !== 'error') tags.add(`${key}:${String(text as string)}`)
    }
  }
  for (let k = 0; k < count; k++) {
    const traceId = hex(idRandom, 4)
    traceIds.push(traceId)
    const begin = BigInt(now - random.below(1_800_000)) * 1_000_000n
    const resources = services.map(service => {
      const attributes = [{ key: 'service.name', value: { stringValue: service } }, ...randomPairs(random, 3)]
      return { resource: { attributes }, spans: [] as object[] }
    })
    const ids: string[] = []
    for (let left = 1 + random.below(12); left > 0; left--) {
      const spanId = hex(random, 2)
      const parentSpanId =
        ids.length === 0 || random.chance(0.05) ? '' : random.chance(0.05) ? hex(random, 2) : random.pick(ids)
      ids.push(spanId)
      // Whole microseconds: Jaeger's JSON has no less.
      const start = begin + BigInt(random.below(1_000_000)) * 1000n
      const attributes = randomPairs(random, 5)
      const events = Array.from({ length: random.below(3) }, () => ({
        name: random.pick(NAMES),
        timeUnixNano: String(start + BigInt(random.below(1000)) * 1000n),
        attributes: randomPairs(random, 2),
      }))
      const links = random.chance(0.2)
        ? [{ traceId: hex(random, 4), spanId: hex(random, 2), attributes: randomPairs(random, 1, 1) }]
        : []
      noteTags(attributes)
      for (const event of events) noteTags(event.attributes)
      random.pick(resources).spans.push({
        traceId,
        spanId,
        parentSpanId,
        name: random.pick(NAMES),
        kind: random.below(6),
        startTimeUnixNano: String(start),
        endTimeUnixNano: String(start + BigInt(random.below(500_000)) * 1000n),
        attributes,
        events,
        links,
        traceState: random.pick(['', '', 'a=1,b=2']),
        status: random.pick([{}, {}, { code: 1 }, { code: 2, message: 'no stock' }, { code: 2 }]),
      })
    }
    const scope = random.pick([{}, { name: 'lib' }, { name: 'lib', version: '1.2.3' }])
    const resourceSpans = resources
      .filter(({ spans }) => spans.length > 0)
      .map(({ resource, spans }) => ({ resource, scopeSpans: [{ scope, spans }] }))
    requests.push(JSON.stringify({ resourceSpans }))
  }
  return { requests, traceIds, services, names: NAMES, tags: [...tags] }
}
