/**
 * What adaptive sampling looks at of the traffic: spans without a parent whose sampler told what it did, counted where they come in, by
 * service, operation and what was told. A thread's counts are taken from it once a round.
 */
import { ATTRIBUTE_DOUBLE, ATTRIBUTE_INT, ATTRIBUTE_STRING, doubleOf, intOf } from '#shared/spans/attribute-value.ts'
import { NO_SERVICE } from '#shared/spans/columns.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import type { SampledRoot } from './adaptive.ts'

/** So many roots of the same service and operation, with the same told. */
export interface SampledRoots extends SampledRoot {
  readonly count: number
}

/** Kinds of them that are counted in a round: clients that make up names can't fill the memory. */
const MOST_KINDS = 100_000

export class RootCounter {
  #counts = new Map<string, { readonly root: SampledRoot; count: number }>()

  /** Counts the roots among the rows from `from` on. */
  note(table: SpanTable, from: number): void {
    const { parentSpanId, rowCount } = table
    for (let row = from; row < rowCount; row++) {
      if ((parentSpanId[row * 2] | parentSpanId[row * 2 + 1]) === 0) this.#noteRoot(table, row)
    }
  }

  /** What was counted since this was asked last. */
  take(): readonly SampledRoots[] {
    const taken = Array.from(this.#counts.values(), ({ root, count }) => ({ ...root, count }))
    this.#counts = new Map()
    return taken
  }

  #noteRoot(table: SpanTable, row: number): void {
    const service = table.resourceService[table.resource[row]]
    if (service === NO_SERVICE || table.name[row] === 0) return
    const told = samplerOf(table, row)
    if (told === undefined) return
    const root = { service: table.dictionary.text(service), operation: table.dictionary.text(table.name[row]), ...told }
    const key = JSON.stringify([root.service, root.operation, root.samplerType, root.samplerParam])
    const known = this.#counts.get(key)
    if (known !== undefined) known.count++
    else if (this.#counts.size < MOST_KINDS) this.#counts.set(key, { root, count: 1 })
  }
}

/** `sampler.type` and `sampler.param` of a row; undefined when it does not have both. A parameter is a number, or one as text. */
function samplerOf(table: SpanTable, row: number): Pick<SampledRoot, 'samplerType' | 'samplerParam'> | undefined {
  const { dictionary } = table
  let samplerType: string | undefined
  let samplerParam = Number.NaN
  table.attributes.forOwner(row, (key, type, low, high) => {
    const name = dictionary.text(key)
    if (name === 'sampler.type' && type === ATTRIBUTE_STRING) samplerType = dictionary.text(low)
    else if (name === 'sampler.param') {
      if (type === ATTRIBUTE_DOUBLE) samplerParam = doubleOf(low, high)
      else if (type === ATTRIBUTE_INT) samplerParam = Number(intOf(low, high))
      else if (type === ATTRIBUTE_STRING) samplerParam = Number(dictionary.text(low))
    }
  })
  return samplerType === undefined || Number.isNaN(samplerParam) ? undefined : { samplerType, samplerParam }
}
