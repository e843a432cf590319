// Attribute values as text: one line for rows and search, and whole for reading. Pure.

import type { Attribute, AttributeValue } from '#shared/spans/attribute-value.ts'

/** A value as it is copied, found and searched for: strings bare, numbers exact, arrays and maps as JSON. */
export function valueText(value: AttributeValue): string {
  switch (value.type) {
    case 'empty':
      return ''
    case 'string':
      return value.value
    case 'double':
      return Object.is(value.value, -0) ? '-0' : String(value.value)
    case 'bytes':
      return hex(value.value)
    case 'array':
    case 'map':
      return plainJson(value, '')
    default:
      return String(value.value)
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

/** Nesting is at most 100 deep (any-value.ts), so recursion is safe here. */
function plainJson(value: AttributeValue, indent: string): string {
  const inner = `${indent}  `
  switch (value.type) {
    case 'string':
      return JSON.stringify(value.value)
    case 'empty':
      return 'null'
    case 'bytes':
      return JSON.stringify(hex(value.value))
    case 'array':
      if (value.values.length === 0) return '[]'
      return `[\n${value.values.map(one => inner + plainJson(one, inner)).join(',\n')}\n${indent}]`
    case 'map':
      if (value.entries.length === 0) return '{}'
      return `{\n${value.entries.map(one => `${inner}${JSON.stringify(one.key)}: ${plainJson(one.value, inner)}`).join(',\n')}\n${indent}}`
    default:
      return valueText(value)
  }
}

export interface AttributeGroup {
  /** The first part of the keys, '' for those that stand alone. */
  readonly prefix: string
  readonly attributes: readonly Attribute[]
}

/**
 * Attributes by the part of their key before the first point, in order of first appearance; a part that only one key has
 * joins the rest, which stands last.
 */
export function groupAttributes(attributes: readonly Attribute[]): readonly AttributeGroup[] {
  const prefixOf = (key: string): string => {
    const at = key.indexOf('.')
    return at > 0 ? key.slice(0, at) : ''
  }
  const groups = new Map<string, Attribute[]>()
  for (const attribute of attributes) {
    const prefix = prefixOf(attribute.key)
    const group = groups.get(prefix)
    if (group === undefined) groups.set(prefix, [attribute])
    else group.push(attribute)
  }
  const single = (list: readonly Attribute[]): boolean => new Set(list.map(({ key }) => key)).size < 2
  const rest = [...groups].filter(([prefix, list]) => prefix === '' || single(list)).flatMap(([, list]) => list)
  const named = [...groups].filter(([prefix, list]) => prefix !== '' && !single(list))
  const result = named.map(([prefix, list]) => ({ prefix, attributes: list }))
  return rest.length === 0 ? result : [...result, { prefix: '', attributes: rest }]
}
