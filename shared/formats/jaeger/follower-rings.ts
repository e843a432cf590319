/**
 * Links that Jaeger's form makes look like parents: a span without a parent that has a link into its own trace is written
 * with one FOLLOWS_FROM reference, like a span that follows another. Where the span that is followed lies below the
 * follower, it can only be a link.
 */
import { isArray, isObject, type Json, text } from './plain-json.ts'

const NONE = -1

/** Indices of the spans whose first parent by FOLLOWS_FROM is among the spans below them. */
export function followersInRings(spans: readonly Json[]): ReadonlySet<number> {
  const found = new Set<number>()
  const followers: number[] = []
  for (const [i, span] of spans.entries()) {
    if (isObject(span) && isArray(span.references) && parentOf(span.references)?.follows === true) followers.push(i)
  }
  if (followers.length === 0) return found
  const byId = new Map<string, number>()
  for (const [i, span] of spans.entries()) if (isObject(span)) byId.set(keyOf(span.traceID, span.spanID), i)
  const parents = spans.map(span => {
    const parent = isObject(span) && isArray(span.references) ? parentOf(span.references) : undefined
    return parent === undefined ? NONE : (byId.get(parent.key) ?? NONE)
  })
  // Each span is walked over once: 0 not yet, else the walk that came by.
  const walks = new Uint32Array(spans.length)
  for (const [walk, follower] of followers.entries()) {
    let at = follower
    while (at !== NONE && walks[at] === 0) {
      walks[at] = walk + 1
      at = parents[at]
    }
    // Back on its own way: a ring, from here around.
    if (at === NONE || walks[at] !== walk + 1) continue
    for (let i = at, first = true; first || i !== at; i = parents[i], first = false) {
      const span = spans[i]
      if (isObject(span) && isArray(span.references) && parentOf(span.references)?.follows === true) found.add(i)
    }
  }
  return found
}

function keyOf(traceId: Json | undefined, spanId: Json | undefined): string {
  return `${text(traceId).toLowerCase().replace(/^0+/u, '')} ${text(spanId).toLowerCase().replace(/^0+/u, '')}`
}

/** The reference that names the parent: the first CHILD_OF, else the first. */
function parentOf(references: readonly Json[]): { readonly key: string; readonly follows: boolean } | undefined {
  let first: { readonly key: string; readonly follows: boolean } | undefined
  for (const one of references) {
    if (!isObject(one)) continue
    const follows = one.refType === 'FOLLOWS_FROM' || one.refType === 'followsFrom'
    const parent = { key: keyOf(one.traceID, one.spanID), follows }
    if (!follows) return parent
    first ??= parent
  }
  return first
}
