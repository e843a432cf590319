/** Random spans, conditions and queries that touch each other: for the contract of stores and the property tests of their parts. */
import { addRandomSpans } from '#shared/generator/random-spans.ts'
import type { Random } from '#shared/generator/random.ts'
import type { Condition, Field, Literal, TraceQuery } from '#shared/query/tree.ts'
import { RowCopier } from '#shared/spans/copy-rows.ts'
import { attributesOf, serviceNameOf } from '#shared/spans/span.ts'
import { SPAN_KINDS, type SpanTable, STATUS_CODES } from '#shared/spans/span-table.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { setTime, timeAt } from '#shared/spans/time.ts'

/** No limits: the spans are made, not judged. */
export const UNLIMITED = {
  attributes: Infinity,
  events: Infinity,
  links: Infinity,
  valueBytes: Infinity,
  depth: Infinity,
}

/** The earliest start of random spans: ns since the epoch. */
export const BASE = 1_700_000_000_000_000_000n
const SERVICES = ['cart', 'pay', 'ship', undefined]

/** A table of spans with few values each, so that conditions hit and traces, parents and times touch. */
export function randomTable(random: Random, count: number, traces: number): SpanTableBuilder {
  const table = new SpanTableBuilder({ limits: UNLIMITED })
  addRandomSpans(table, random, count, traces)
  const resources = SERVICES.map(service => {
    if (service !== undefined) {
      table.addResourceAttribute(table.internText('service.name'), 1, table.internText(service), 0)
    }
    table.addResourceAttribute(table.internText('a'), 1, table.internText(service === 'pay' ? 'GET' : 'x'), 0)
    return table.endResource(0, 0)
  })
  const bySpan = new Map<string, number[]>()
  for (let row = 0; row < table.rowCount; row++) {
    const start = BASE + BigInt(random.below(40)) * 1_000_000_000n + BigInt(random.below(3))
    setTime(table.startTime, row, start)
    const duration = random.chance(0.1) ? -BigInt(random.below(5000)) : BigInt(random.below(5)) * 700_000n
    setTime(table.endTime, row, start + (random.chance(0.03) ? 10n ** 13n : duration))
    table.resource[row] = random.pick(resources)
    const trace = table.traceId.subarray(row * 4, row * 4 + 4).join()
    const others = bySpan.get(trace) ?? []
    if (others.length > 0 && random.chance(0.7)) {
      const other = random.pick(others) * 2
      table.parentSpanId.set(table.spanId.subarray(other, other + 2), row * 2)
    }
    if (others.length > 0 && random.chance(0.05)) {
      const other = random.pick(others) * 2
      table.spanId.set(table.spanId.subarray(other, other + 2), row * 2)
    }
    bySpan.set(trace, [...others, row])
  }
  for (let link = 0; link < table.linkEnd[table.rowCount - 1]; link++) {
    if (random.chance(0.6)) continue
    const row = random.below(table.rowCount)
    table.linkTraceId.set(table.traceId.subarray(row * 4, row * 4 + 4), link * 4)
    table.linkSpanId.set(table.spanId.subarray(row * 2, row * 2 + 2), link * 2)
  }
  return table
}

/** Deals the rows to `count` tables, some rows to two of them. */
export function dealRows(random: Random, table: SpanTable, count: number, copies = 0.1): SpanTableBuilder[] {
  const tables = Array.from({ length: count }, () => new SpanTableBuilder({ limits: UNLIMITED }))
  const copiers = tables.map(to => new RowCopier(table, to))
  let current = 0
  for (let row = 0; row < table.rowCount; row++) {
    if (random.chance(0.3)) current = random.below(count)
    copiers[current].copy(row)
    if (random.chance(copies)) copiers[random.below(count)].copy(row)
  }
  return tables
}

/** A condition about a row of the table (mostly true of it), of the nodes that are supported. */
export function randomCondition(random: Random, table: SpanTable): Condition {
  const operands = Array.from({ length: random.below(3) }, () => randomOperand(random, table))
  if (operands.length === 0) return random.chance(0.3) ? { node: 'true' } : randomOperand(random, table)
  return { node: 'and', operands }
}

function randomOperand(random: Random, table: SpanTable): Condition {
  const row = random.below(table.rowCount)
  const compare = (field: Field, value: Literal, operator: '=' | '<' | '<=' | '>' | '>=' = '='): Condition => ({
    node: 'compare',
    field,
    operator,
    value,
  })
  const intrinsic = (name: Extract<Field, { kind: 'intrinsic' }>['name']): Field => ({ kind: 'intrinsic', name })
  const operator = random.pick(['<', '<=', '>', '>=', '='] as const)
  switch (random.below(9)) {
    case 0:
      return compare(intrinsic('name'), { type: 'string', value: table.dictionary.text(table.name[row]) })
    case 1:
      return compare(intrinsic('service'), { type: 'string', value: serviceNameOf(table, row) ?? 'nobody' })
    case 2: {
      const value = timeAt(table.endTime, row) - timeAt(table.startTime, row)
      return compare(intrinsic('duration'), { type: 'duration', value: value + BigInt(random.below(3) - 1) }, operator)
    }
    case 3:
      return compare(intrinsic('startTime'), { type: 'int', value: timeAt(table.startTime, row) }, operator)
    case 4:
      return compare(intrinsic('status'), { type: 'status', value: STATUS_CODES[table.status[row]] })
    case 5:
      return compare(intrinsic('kind'), { type: 'kind', value: SPAN_KINDS[table.kind[row]] ?? 'unspecified' })
    case 6:
      return compare(intrinsic('statusMessage'), {
        type: 'string',
        value: table.dictionary.text(table.statusMessage[row]),
      })
    default:
      return randomAttribute(random, table, row)
  }
}

function randomAttribute(random: Random, table: SpanTable, row: number): Condition {
  if (random.chance(0.15)) {
    const words = { error: 'true', 'span.kind': 'server', 'otel.status_code': 'OK', 'otel.scope.name': 'GET' }
    const [key, value] = random.pick(Object.entries(words))
    const field = { kind: 'attribute', scope: 'any', key } as const
    return random.chance(0.3)
      ? { node: 'exists', field }
      : { node: 'compare', field, operator: '=', value: { type: 'string', value } }
  }
  const [scope, attributes, owner] = random.pick([
    ['span', table.attributes, row],
    ['resource', table.resourceAttributes, table.resource[row]],
    ['instrumentation', table.scopeAttributes, table.scope[row]],
    ['event', table.eventAttributes, random.below(Math.max(1, table.eventEnd[table.rowCount - 1]))],
    ['link', table.linkAttributes, random.below(Math.max(1, table.linkEnd[table.rowCount - 1]))],
  ] as const)
  const list = attributesOf(table, attributes, owner)
  const attribute = list.length === 0 ? undefined : random.pick(list)
  const field = { kind: 'attribute', scope: random.chance(0.4) ? 'any' : scope, key: attribute?.key ?? 'a' } as const
  const value = attribute?.value
  const literal: Literal =
    value?.type === 'int'
      ? { type: 'int', value: value.value }
      : value?.type === 'double'
        ? { type: 'float', value: value.value }
        : value?.type === 'bool'
          ? { type: 'bool', value: value.value }
          : { type: 'string', value: value?.type === 'string' ? value.value : 'GET' }
  if (random.chance(0.2)) return { node: 'exists', field }
  return { node: 'compare', field, operator: '=', value: literal }
}

export function randomQuery(random: Random, table: SpanTable): TraceQuery {
  const wide = random.chance(0.6)
  const from = wide ? 0n : BASE + BigInt(random.below(30)) * 1_000_000_000n
  const duration = { min: random.below(1e9), max: random.chance(0.5) ? random.below(40) * 1e9 : undefined }
  return {
    where: randomCondition(random, table),
    from,
    to: wide ? 2n ** 64n - 1n : from + BigInt(random.below(20)) * 1_000_000_000n,
    limit: 1 + random.below(random.chance(0.5) ? 3 : 30),
    ...(random.chance(0.2) ? { traceDuration: duration } : {}),
  }
}
