/** What of a condition can be run: by stores, which search millions of spans, and on the rows of a table that is at hand. */
import type { Condition, Field } from './tree.ts'

/** The first part of a condition that stores can't run, in words (`or`, `operator !=`, …); undefined when all of it can be run. */
export function unsupportedNode(where: Condition): string | undefined {
  switch (where.node) {
    case 'true':
    case 'exists':
      return undefined
    case 'and':
      for (const operand of where.operands) {
        const found = unsupportedNode(operand)
        if (found !== undefined) return found
      }
      return undefined
    case 'compare': {
      if (where.operator === '=') return undefined
      const ordered = isOrdered(where.field) && '< <= > >='.split(' ').includes(where.operator)
      return ordered ? undefined : `the operator ${where.operator} on ${fieldText(where.field)}`
    }
    default:
      return `the condition ${where.node}`
  }
}

/** The same for `rowTest` with regular expressions. */
export function unsupportedOnRows(where: Condition): string | undefined {
  switch (where.node) {
    case 'true':
    case 'exists':
      return undefined
    case 'and':
    case 'or':
      for (const operand of where.operands) {
        const found = unsupportedOnRows(operand)
        if (found !== undefined) return found
      }
      return undefined
    case 'not':
      return unsupportedOnRows(where.operand)
    case 'compare': {
      const { field, operator } = where
      const isWord = field.kind === 'intrinsic' && (field.name === 'status' || field.name === 'kind')
      const isPattern = operator === '=~' || operator === '!~'
      const isText = field.kind === 'attribute' || ['name', 'service', 'statusMessage'].includes(field.name)
      return operator === '=' || operator === '!=' || (isPattern ? isText && where.value.type === 'string' : !isWord)
        ? undefined
        : `the operator ${operator} on ${fieldText(field)}`
    }
  }
}

function isOrdered(field: Field): boolean {
  return field.kind === 'intrinsic' && (field.name === 'duration' || field.name === 'startTime')
}

function fieldText(field: Field): string {
  return field.kind === 'intrinsic' ? field.name : `${field.scope}.${field.key}`
}
