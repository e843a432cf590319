/** Traffic for bench/block.ts: the benchmark's, and four kinds that fill a column store with what it keeps worst. */
import { Traffic } from '#shared/generator/traffic.ts'
import { Random } from '#shared/generator/random.ts'
import { RowCopier } from '#shared/spans/copy-rows.ts'
import { ATTRIBUTE_STRING } from '#shared/spans/attribute-value.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

export const HOSTILE = ['30 % unique names', '2,000 random keys', '12 optional attributes', '1 KB payloads'] as const
export type TrafficKind = 'normal' | (typeof HOSTILE)[number]

/** 2026-01-01, ns. */
export const BEGIN = 1_767_225_600_000_000_000n
/** Traces begin this far apart: 5 M spans in about 6 hours. */
export const NS_A_TRACE = 30_000_000n

/** Appends about `rows` spans (whole traces), the first trace beginning `firstTrace` × NS_A_TRACE after BEGIN. */
export function addTraffic(
  table: SpanTableBuilder,
  kind: TrafficKind,
  rows: number,
  seed: number,
  firstTrace = 0,
): number {
  const target = kind === 'normal' ? table : new SpanTableBuilder()
  const traffic = new Traffic(target, { seed })
  let traces = 0
  while (target.rowCount < rows - 14) traffic.addTrace(BEGIN + BigInt(firstTrace + traces++) * NS_A_TRACE)
  if (kind !== 'normal') spoil(target, table, kind, new Random(seed))
  return traces
}

function spoil(from: SpanTableBuilder, to: SpanTableBuilder, kind: TrafficKind, random: Random): void {
  const copier = new RowCopier(from, to)
  const payload = (): string => Array.from({ length: 128 }, () => random.u32().toString(16).padStart(8, '0')).join('')
  const originals = from.rowCount
  for (let row = 0; row < originals; row++) {
    if (kind === '30 % unique names' && random.chance(0.3)) from.name[row] = from.internText(`op ${random.u32()}`)
    to.accept = (target, table) => {
      const add = (key: string, value: string): void =>
        table.addAttribute(table.internText(key), ATTRIBUTE_STRING, table.internText(value), 0)
      if (kind === '2,000 random keys') {
        for (let k = 0; k < 4; k++) add(`key.${random.below(2000)}`, `value ${random.below(100)}`)
      } else if (kind === '12 optional attributes') {
        for (let k = 0; k < 12; k++) if (random.chance(0.5)) add(`optional.${k}`, `value ${random.below(20)}`)
      } else if (kind === '1 KB payloads') add('payload', payload())
      table.attributeEnd[target] = table.attributeCount
      return undefined
    }
    copier.copy(row)
  }
  to.accept = undefined
}
