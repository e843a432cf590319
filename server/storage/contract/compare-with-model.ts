/** A store and the model are asked the same. */
import { expect } from 'vitest'
import type { Random } from '#shared/generator/random.ts'
import type { TraceReader } from '#server/storage/store.ts'
import { byCodePoint, type Model, spanTexts, summaryText } from './model.ts'
import { traceId } from './plain-spans.ts'
import { BASE, randomQuery } from './random-traces.ts'

const SECOND = 1_000_000_000n
export const EVER = { from: 0n, to: 2n ** 64n - 1n } as const
const never = new AbortController().signal

/** `withCounts`: no span was sent twice. Returns how many traces the queries found. */
export async function compareWithModel(
  reader: TraceReader,
  model: Model,
  random: Random,
  withCounts: boolean,
  message: string,
): Promise<number> {
  let compared = 0
  for (const id of model.traceIds()) {
    expect(spanTexts(await reader.readTrace(traceId(id), never)), `${message}`).toEqual(model.readTrace(id))
  }
  if (reader.linksTo !== undefined) {
    for (const id of model.traceIds()) {
      const { links, total, exact } = await reader.linksTo(traceId(id), 100_000, never)
      const found = links.map(link => `${link.traceId} ${link.spanId} ${link.linkedSpanId}`)
      expect(found.sort(), `${message}`).toEqual(model.linksTo(id))
      expect([total, exact], `${message}`).toEqual([found.length, true])
    }
  }
  for (let k = 0; k < 25; k++) {
    const query = randomQuery(random, model.table)
    const found: string[] = []
    let cursor: string | undefined
    do {
      const page = await reader.findTraces({ ...query, cursor }, never)
      expect(page.incomplete, `${message}`).toBeUndefined()
      found.push(...page.traces.map(summaryText))
      ;({ cursor } = page)
    } while (cursor !== undefined)
    expect(found, `${message}, query ${k}`).toEqual(model.findTraces(query))
    compared += found.length
  }
  expect(await reader.serviceNames(never), `${message}`).toEqual(model.serviceNames())
  for (const range of [EVER, { from: BASE + 5n * SECOND, to: BASE + 20n * SECOND }]) {
    const edges = (await reader.serviceEdges(range, never)).map(
      ({ parent, child, callCount, errorCount }) => `${parent} ${child} ${callCount} ${errorCount}`,
    )
    expect(edges.sort(), `${message}`).toEqual(model.serviceEdges(range))
  }
  for (const service of [undefined, 'pay', 'nobody']) {
    const operations = (await reader.operations(service, never)).map(({ name, kind }) => `${name} ${kind}`)
    expect([...operations].sort(), `${message}`).toEqual(model.operations(service))
    expect(byCodePoint(operations.map(text => text.slice(0, text.lastIndexOf(' ')))).length, `${message}`).toBe(
      new Set(operations.map(text => text.slice(0, text.lastIndexOf(' ')))).size,
    )
    // A copy that is recognised later may be counted twice until then.
    if (!withCounts) continue
    const { keys, values } = model.attributes(service)
    const found = await reader.attributeKeys({ service, limit: 10_000 }, never)
    const keyTexts = found.map(
      ({ scope, key, types, count }) => `${scope} ${key} ${[...types].sort().join('/')} ${count}`,
    )
    expect(keyTexts.sort(), `${message}`).toEqual([...keys].map(([key, count]) => `${key} ${count}`).sort())
    for (const [key, byValue] of values) {
      const list = await reader.attributeValues({ key, service, limit: 10_000 }, never)
      const texts = list.map(({ value, count }) => `${value} ${count}`)
      expect(texts.sort(), `${message}`).toEqual([...byValue].map(([value, count]) => `${value} ${count}`).sort())
    }
  }
  return compared
}
