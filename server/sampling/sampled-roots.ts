/**
 * What adaptive sampling looks at of the traffic: spans without a parent whose sampler told what it did, counted where they come in, by
 * service, operation and what was told. A thread's counts are taken from it once a round.
 */
import { NO_SERVICE } from '#shared/spans/columns.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { samplerTags } from '#shared/spans/told-probability.ts'
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
    const told = samplerTags(table, row)
    if (told === undefined || Number.isNaN(told.param)) return
    const root = {
      service: table.dictionary.text(service),
      operation: table.dictionary.text(table.name[row]),
      samplerType: told.type,
      samplerParam: told.param,
    }
    const key = JSON.stringify([root.service, root.operation, root.samplerType, root.samplerParam])
    const known = this.#counts.get(key)
    if (known !== undefined) known.count++
    else if (this.#counts.size < MOST_KINDS) this.#counts.set(key, { root, count: 1 })
  }
}
