import { isIP } from 'node:net'
import { z } from 'zod'
import { parseBytes, parseDuration } from './quantities.ts'

/**
 * The kinds of values that settings have. Each is a schema from *text*, so that a flag, a variable and a line of YAML mean the same
 * thing; its error message is the part after "expected".
 */

/** A schema of one kind of value, with what it wants in words. */
function fromText<Value>(expected: string, parse: (text: string) => Value | undefined) {
  return z.string().transform((text, context): Value => {
    const value = parse(text.trim())
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: expected })
    return z.NEVER
  })
}

/** `true` or `false`; a flag without a value is `true`. */
export const toggle = fromText('true or false', text => (text === 'true' ? true : text === 'false' ? false : undefined))

/** One word of a list. */
export function oneOf<const Word extends string>(...words: readonly Word[]) {
  return fromText(words.join(', ').replace(/, ([^,]*)$/, ' or $1'), text => words.find(word => word === text))
}

/** A whole number within bounds, both included. */
export function wholeNumber(least: number, most: number) {
  return fromText(`a whole number from ${least} to ${most}`, text => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : -1
    return value >= least && value <= most ? value : undefined
  })
}

/** A probability, 0 and 1 included. */
export const probability = fromText('a probability from 0 to 1, such as 0.001', text => {
  const value = /^(?:\d+(?:\.\d*)?|\.\d+)(?:e-?\d{1,2})?$/i.test(text) ? Number(text) : -1
  return value >= 0 && value <= 1 ? value : undefined
})

/** A number within bounds, both included. */
export function decimal(least: number, most: number) {
  return fromText(`a number from ${least} to ${most}`, text => {
    const value = /^(?:\d+(?:\.\d*)?|\.\d+)(?:e-?\d{1,2})?$/i.test(text) ? Number(text) : Number.NaN
    return value >= least && value <= most ? value : undefined
  })
}

/** A TCP port; 0 lets the system choose a free one. */
export const port = wholeNumber(0, 65_535)

/** A duration in milliseconds, within bounds given as text. */
export function duration(least: string, most: string) {
  const from = parseDuration(least) as number
  const to = parseDuration(most) as number
  return fromText(`a duration from ${least} to ${most}, such as 90s or 1h30m`, text => {
    const value = parseDuration(text)
    return value !== undefined && value >= from && value <= to ? value : undefined
  })
}

/** A size in bytes, within bounds given as text. */
export function byteSize(least: string, most: string) {
  const from = parseBytes(least) as number
  const to = parseBytes(most) as number
  return fromText(`a size from ${least} to ${most}, such as 512MiB or 2GB`, text => {
    const value = parseBytes(text)
    return value !== undefined && value >= from && value <= to ? value : undefined
  })
}

/** A path of the file system; not empty. */
export const filePath = fromText('a path', text => (text === '' || text.includes('\0') ? undefined : text))

/** A path of the file system, or the empty text for none. */
export const filePathOrNone = fromText('a path', text => (text.includes('\0') ? undefined : text))

/** A path prefix of URLs, kept without its last slash: `/jaeger`; `/` is the empty prefix. */
export const urlPrefix = fromText('a path that begins with a slash, such as /traces', text =>
  /^\/[\w\-./~]*$/.test(text) && !text.includes('//') && !/(^|\/)\.{1,2}(\/|$)/.test(text)
    ? text.replace(/\/$/, '')
    : undefined,
)

/** Entries separated by commas or spaces, each of which `parse` accepts; the empty text is the empty list. */
function listOf(expected: string, parse: (entry: string) => string | undefined) {
  return fromText(expected, text => {
    const entries: string[] = []
    for (const entry of text.split(/[\s,]+/)) {
      if (entry === '') continue
      const value = parse(entry)
      if (value === undefined) return undefined
      entries.push(value)
    }
    return entries as readonly string[]
  })
}

/** Origins that a browser may send from: `https://shop.example`, `https://*.shop.example`, `http://localhost:3000` or `*`. */
export const originList = listOf('* or origins such as https://shop.example, separated by commas', entry =>
  entry === '*' || /^https?:\/\/(\*\.)?[a-z0-9.-]+(:\d{1,5})?$|^https?:\/\/\[[0-9a-f:]+\](:\d{1,5})?$/i.test(entry)
    ? entry.toLowerCase()
    : undefined,
)

/** Names of hosts as a `Host` header carries them, without port: `traces.example`, `*.example`, `10.0.0.7`, `[::1]` or `*`. */
export const hostPatternList = listOf(
  '* or host names such as traces.example or *.example, separated by commas',
  entry => (entry === '*' || /^(\*\.)?[a-z0-9_.-]+$|^\[[0-9a-f:.]+\]$/i.test(entry) ? entry.toLowerCase() : undefined),
)

/** Where to listen: `loopback`, or one address or host name, IPv6 with or without brackets. */
export const listenHost = fromText('loopback, an address such as 0.0.0.0 or ::1, or a host name', text => {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text
  if (isIP(bare) !== 0) return bare
  return /^[a-z0-9]([a-z0-9_.-]*[a-z0-9])?$/i.test(text) && !/^[\d.]+$/.test(text) ? text.toLowerCase() : undefined
})
