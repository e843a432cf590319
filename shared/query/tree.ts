/**
 * A question as a tree: what every spelling (TraceQL, the form, Jaeger's and Zipkin's parameters, the search line) is
 * parsed to and every store runs or refuses by name. All conditions of a tree hold on ONE span (a spanset filter).
 *
 * The tree grows with the language; today's nodes are those below. A store that meets a node it can't run throws
 * QueryError `unsupported` naming it.
 */
import type { SpanKind, StatusCode } from '#shared/spans/span-table.ts'

/**
 * Where an attribute is looked for. `any` looks in span, resource, event, scope and link attributes, compares as text
 * (`200` finds the number and the word; `true`, `72.5` likewise) and knows the intrinsic words that Jaeger's tags mean
 * (`error`, `span.kind`, `otel.status_code`, `otel.scope.name`, `otel.scope.version`): what Jaeger's tags mean.
 */
export type AttributeScope = 'span' | 'resource' | 'event' | 'link' | 'instrumentation' | 'any'

export interface AttributeField {
  readonly kind: 'attribute'
  readonly scope: AttributeScope
  readonly key: string
}

/** Properties that every span has. `duration` is the span's own, in ns; `startTime` in ns since the epoch. */
export interface IntrinsicField {
  readonly kind: 'intrinsic'
  readonly name: 'name' | 'service' | 'duration' | 'status' | 'kind' | 'statusMessage' | 'startTime'
}

export type Field = AttributeField | IntrinsicField

export type Literal =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  /** ns. */
  | { readonly type: 'duration'; readonly value: bigint }
  | { readonly type: 'status'; readonly value: StatusCode }
  | { readonly type: 'kind'; readonly value: SpanKind }

export type CompareOperator = '=' | '!=' | '>' | '>=' | '<' | '<=' | '=~' | '!~'

export type Condition =
  /** Every span. */
  | { readonly node: 'true' }
  | { readonly node: 'and'; readonly operands: readonly Condition[] }
  | { readonly node: 'or'; readonly operands: readonly Condition[] }
  | { readonly node: 'not'; readonly operand: Condition }
  | { readonly node: 'compare'; readonly field: Field; readonly operator: CompareOperator; readonly value: Literal }
  /** The field is present (with any value). */
  | { readonly node: 'exists'; readonly field: AttributeField }

/** A search. Times are ns since the epoch. */
export interface TraceQuery {
  readonly where: Condition
  /** A trace is in when a matching span starts in [from, to], both ends included. */
  readonly from: bigint
  readonly to: bigint
  /** Of the whole trace, first start to last end, in ns; inclusive. */
  readonly traceDuration?: { readonly min?: number; readonly max?: number }
  /** Traces; at least 1. */
  readonly limit: number
  /** Continues strictly after what a former answer gave as `cursor`. */
  readonly cursor?: string
  /** Default: newest trace first (by trace start), ties by trace id ascending. */
  readonly order?: 'newest'
}

/** Flattens `and`s and drops `true`s. */
export function and(...operands: readonly Condition[]): Condition {
  const flat: Condition[] = []
  for (const operand of operands) {
    if (operand.node === 'true') continue
    if (operand.node === 'and') flat.push(...operand.operands)
    else flat.push(operand)
  }
  if (flat.length === 0) return { node: 'true' }
  return flat.length === 1 ? flat[0] : { node: 'and', operands: flat }
}
