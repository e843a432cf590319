/** JSON as it comes out of a parser, narrowed step by step; texts for messages. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json | undefined
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value in a message: its JSON, cut. */
export function seen(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  const json = jsonText(value)
  return json.length > 60 ? `${json.slice(0, 60)}…` : json
}

/** The JSON of a parsed value; what is nested deeper than the machine's stack is said to be so. */
export function jsonText(value: Json): string {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (error instanceof RangeError) return '(nested too deep)'
    throw error
  }
}

/** A text, or the digits of a number; empty for anything else. */
export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}
