/**
 * Links that a team makes out of values (Jaeger UI's `linkPatterns`): a text and an address with `#{name}` where a value
 * stands, `#{name | formatter argument …}` where it is written another way. Nothing is linked unless every name has a value.
 */

export type LinkPlace = 'traces' | 'span' | 'resource' | 'events'

export interface LinkPattern {
  readonly place: LinkPlace
  /** Attributes whose value becomes a link; none for `traces`. */
  readonly keys: readonly string[]
  readonly url: string
  readonly text: string
}

export interface Link {
  readonly href: string
  readonly text: string
}

/** The value of a name in a template; undefined when there is none. */
export type Lookup = (name: string) => string | undefined

interface Piece {
  readonly name: string
  readonly formatters: readonly { readonly name: string; readonly args: readonly string[] }[]
}

/** A text in pieces: strings as they are, and what is looked up. */
type Template = readonly (string | Piece)[]

export interface CompiledLinks {
  /** Links of the trace as a whole. */
  ofTrace(lookup: Lookup): readonly Link[]
  /** Links of the value of `key` at that place. */
  ofValue(place: Exclude<LinkPlace, 'traces'>, key: string, lookup: Lookup): readonly Link[]
  readonly isEmpty: boolean
}

export function compileLinks(patterns: readonly LinkPattern[]): CompiledLinks {
  const compiled = patterns.map(pattern => ({
    ...pattern,
    urlParts: parseTemplate(pattern.url),
    textParts: parseTemplate(pattern.text),
  }))
  const make = (one: (typeof compiled)[number], lookup: Lookup): Link | undefined => {
    const href = fill(one.urlParts, lookup, encodeURIComponent)
    const text = fill(one.textParts, lookup, value => value)
    if (href === undefined || text === undefined || !isSafeAddress(href)) return undefined
    return { href, text }
  }
  const links = (of: (one: (typeof compiled)[number]) => boolean, lookup: Lookup): readonly Link[] =>
    compiled.flatMap(one => (of(one) ? (make(one, lookup) ?? []) : []))
  return {
    ofTrace: lookup => links(({ place }) => place === 'traces', lookup),
    ofValue: (place, key, lookup) => links(one => one.place === place && one.keys.includes(key), lookup),
    isEmpty: patterns.length === 0,
  }
}

/** Whether a link may lead there: a full address of the web or of a mailbox. */
export function isSafeAddress(href: string): boolean {
  return URL.canParse(href) && ['http:', 'https:', 'mailto:'].includes(new URL(href).protocol)
}

function parseTemplate(text: string): Template {
  const parts: (string | Piece)[] = []
  let from = 0
  for (const match of text.matchAll(/#\{([^{}]*)\}/gu)) {
    if (match.index > from) parts.push(text.slice(from, match.index))
    const [name, ...formatters] = match[1].split('|').map(one => one.trim())
    parts.push({
      name,
      formatters: formatters.map(one => {
        const [formatter, ...args] = one.split(/\s+/u)
        return { name: formatter, args }
      }),
    })
    from = match.index + match[0].length
  }
  if (from < text.length) parts.push(text.slice(from))
  return parts
}

function fill(template: Template, lookup: Lookup, encode: (value: string) => string): string | undefined {
  let text = ''
  for (const part of template) {
    if (typeof part === 'string') {
      text += part
      continue
    }
    let value = lookup(part.name)
    for (const { name, args } of part.formatters) value = value === undefined ? undefined : format(value, name, args)
    if (value === undefined) return undefined
    text += encode(value)
  }
  return text
}

/** Most characters that padding makes. */
const MOST_PADDED = 1000

/** Undefined for a formatter that is not known, and for a value that it can't write. */
function format(value: string, name: string, args: readonly string[]): string | undefined {
  switch (name) {
    case 'epoch_micros_to_date_iso': {
      const date = new Date(Number(value) / 1000)
      return Number.isNaN(date.getTime()) || value === '' ? undefined : date.toISOString()
    }
    case 'pad_start': {
      const length = Number(args[0])
      return Number.isInteger(length) && length >= 0 && length <= MOST_PADDED
        ? value.padStart(length, args[1] ?? ' ')
        : undefined
    }
    case 'add': {
      const sum = Number(value) + Number(args[0])
      return value === '' || args.length === 0 || Number.isNaN(sum) ? undefined : String(sum)
    }
    default:
      return undefined
  }
}
