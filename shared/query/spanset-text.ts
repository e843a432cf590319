/**
 * `{ span.http.status_code = 500 && duration > 10ms }`: the spanset filter of TraceQL as far as the tree is run on rows (unsupported.ts).
 *
 *   fields   span.k resource.k event.k link.k instrumentation.k any.k, also span."a b"; .k (the span's, else the resource's);
 *            name duration status statusMessage kind, also span:name and so on
 *   between  = != > >= < <= (of status and kind = and != only); `= nil` it is not there, `!= nil` it is; a field alone is true;
 *            =~ !~ with a regular expression of all of the text (text-pattern.ts)
 *   joined   && before ||, `!` and ( ) around conditions
 *   values   "text" `text` 12 1.5 true false 1h30m; of status ok error unset, of kind server client …
 */
import { SPAN_KINDS, STATUS_CODES } from '#shared/spans/span-table.ts'
import { parseGoDuration } from './go-duration.ts'
import { parsePattern } from './text-pattern.ts'
import { and, type AttributeField, type CompareOperator, type Condition, type Field, type Literal } from './tree.ts'
import { unsupportedOnRows } from './unsupported.ts'

const SCOPES: readonly string[] = ['span', 'resource', 'event', 'link', 'instrumentation', 'any']
const INTRINSICS: readonly string[] = ['name', 'duration', 'status', 'statusMessage', 'kind']
const OPERATORS: readonly string[] = ['=', '!=', '>', '>=', '<', '<=', '=~', '!~']

/** A text in quotes, an operator, or a run of anything else. */
const TOKEN =
  /\s*(?:(?<quoted>"(?:[^"\\]|\\.)*"|`[^`]*`)|(?<operator>&&|\|\||[!<>]=|[=!]~|[=<>!()])|(?<word>[^\s"`=<>!&|{}()]+(?:"(?:[^"\\]|\\.)*")?))/uy

/** More conditions than this are not read: each costs a pass over the spans. */
const MOST_CONDITIONS = 32
/** Brackets and `!` within each other; the parser and the evaluator call themselves for each. */
const MOST_DEPTH = 32

/** Undefined for a text that is no such filter, or asks what is not run. */
export function parseSpanset(text: string): Condition | undefined {
  const inside = /^\s*\{(.*)\}\s*$/su.exec(text)?.[1]
  const tokens = inside === undefined ? undefined : tokensOf(inside)
  if (tokens === undefined) return undefined
  const parser = new Parser(tokens)
  const where = parser.condition(0)
  return where === undefined || !parser.isAtEnd || unsupportedOnRows(where) !== undefined ? undefined : where
}

function tokensOf(text: string): readonly string[] | undefined {
  const pattern = new RegExp(TOKEN)
  const tokens: string[] = []
  const end = text.trimEnd().length
  while (pattern.lastIndex < end) {
    const [, ...parts] = pattern.exec(text) ?? []
    const token = parts.find(part => part !== undefined)
    if (token === undefined) return undefined
    tokens.push(token)
  }
  return tokens
}

/** Each method reads its part and stands behind it; undefined: it is not there, and nothing of the rest matters. */
class Parser {
  readonly #tokens: readonly string[]
  #at = 0
  #conditions = 0

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length
  }

  condition(depth: number): Condition | undefined {
    const operands = this.#joined('||', () => this.#all(depth))
    return operands === undefined || operands.length === 1 ? operands?.[0] : { node: 'or', operands }
  }

  #all(depth: number): Condition | undefined {
    const operands = this.#joined('&&', () => this.#one(depth))
    return operands && and(...operands)
  }

  #joined(operator: string, read: () => Condition | undefined): readonly Condition[] | undefined {
    const operands: Condition[] = []
    do {
      const operand = read()
      if (operand === undefined) return undefined
      operands.push(operand)
    } while (this.#takes(operator))
    return operands
  }

  #one(depth: number): Condition | undefined {
    if (depth > MOST_DEPTH) return undefined
    if (this.#takes('!')) {
      const operand = this.#one(depth + 1)
      return operand && { node: 'not', operand }
    }
    if (this.#takes('(')) {
      const inner = this.condition(depth + 1)
      return this.#takes(')') ? inner : undefined
    }
    return this.#comparison()
  }

  #comparison(): Condition | undefined {
    if (this.#conditions++ === MOST_CONDITIONS) return undefined
    const field = fieldOf(this.#tokens[this.#at++] ?? '')
    if (field === undefined) return undefined
    const operator = this.#tokens[this.#at]
    if (operator === undefined || !OPERATORS.includes(operator)) return conditionOf(field, '=', 'true')
    const value = this.#tokens[this.#at + 1]
    this.#at += 2
    return value === undefined ? undefined : conditionOf(field, operator as CompareOperator, value)
  }

  #takes(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false
    this.#at++
    return true
  }
}

/** `.k`: of the span, else of its resource. */
interface UnscopedField {
  readonly kind: 'unscoped'
  readonly key: string
}

function conditionOf(field: Field | UnscopedField, operator: CompareOperator, value: string): Condition | undefined {
  if (field.kind === 'unscoped') {
    const own: AttributeField = { kind: 'attribute', scope: 'span', key: field.key }
    const resource: AttributeField = { kind: 'attribute', scope: 'resource', key: field.key }
    const ofSpan = conditionOf(own, operator, value)
    const ofResource = conditionOf(resource, operator, value)
    if (ofSpan === undefined || ofResource === undefined) return undefined
    const isMissing: Condition = { node: 'not', operand: { node: 'exists', field: own } }
    if (value === 'nil' && operator === '=') return and(ofSpan, ofResource)
    return { node: 'or', operands: [ofSpan, and(isMissing, ofResource)] }
  }
  if (value === 'nil') {
    if (field.kind !== 'attribute' || (operator !== '=' && operator !== '!=')) return undefined
    const exists: Condition = { node: 'exists', field }
    return operator === '!=' ? exists : { node: 'not', operand: exists }
  }
  const isPattern = operator === '=~' || operator === '!~'
  const literal = isPattern ? patternOf(value) : literalOf(field, operator, value)
  return literal === undefined ? undefined : { node: 'compare', field, operator, value: literal }
}

function fieldOf(text: string): Field | UnscopedField | undefined {
  const name = text.startsWith('span:') ? text.slice('span:'.length) : text
  if (INTRINSICS.includes(name)) return { kind: 'intrinsic', name: name as 'name' }
  const dot = text.indexOf('.')
  if (dot < 0) return undefined
  const scope = text.slice(0, dot)
  const rest = text.slice(dot + 1)
  const key = rest.startsWith('"') ? unquoted(rest) : rest.includes('"') ? '' : rest
  if (key === '') return undefined
  if (scope === '') return { kind: 'unscoped', key }
  return SCOPES.includes(scope) ? { kind: 'attribute', scope: scope as AttributeField['scope'], key } : undefined
}

/** Undefined for a value that the field has none of, or that has no order when one is asked for. */
function literalOf(field: Field, operator: CompareOperator, value: string): Literal | undefined {
  const isOrder = operator !== '=' && operator !== '!='
  if (field.kind === 'intrinsic') {
    switch (field.name) {
      case 'status': {
        const status = STATUS_CODES.find(one => one === value)
        return status && { type: 'status', value: status }
      }
      case 'kind': {
        const kind = SPAN_KINDS.find(one => one === value)
        return kind && { type: 'kind', value: kind }
      }
      case 'duration':
        return numberOf(value)
      default:
        return textOf(value)
    }
  }
  if (value === 'true' || value === 'false') return isOrder ? undefined : { type: 'bool', value: value === 'true' }
  return textOf(value) ?? numberOf(value)
}

function textOf(value: string): Literal | undefined {
  return /^["`]/u.test(value) ? { type: 'string', value: unquoted(value) } : undefined
}

/** Undefined for what is no regular expression. */
function patternOf(value: string): Literal | undefined {
  // Backslashes belong to the expression: only those of the quotes are taken away.
  const literal = textOf(value.startsWith('`') ? value : value.replace(/\\(?!["\\])/gu, '\\\\'))
  return literal?.type === 'string' && parsePattern(literal.value) !== undefined ? literal : undefined
}

function numberOf(value: string): Literal | undefined {
  if (/^[-+]?\d+$/u.test(value)) return { type: 'int', value: BigInt(value) }
  if (/^[-+]?(?:\d+\.\d*|\.\d+)(?:e[-+]?\d+)?$/iu.test(value)) return { type: 'float', value: Number(value) }
  const duration = parseGoDuration(value)
  return 'ns' in duration ? { type: 'duration', value: BigInt(Math.round(duration.ns)) } : undefined
}

function unquoted(text: string): string {
  const inside = text.slice(1, -1)
  return text.startsWith('`') ? inside : inside.replace(/\\(.)/gsu, '$1')
}
