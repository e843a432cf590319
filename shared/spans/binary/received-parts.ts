/** What of a table has come in one go, told apart from what was there before, so that a thread sends only what is new. */
import type { Received } from './decode-span-table.ts'
import { OWNERS, type Owner } from './sections.ts'
import type { AttributeColumn } from './attribute-columns.ts'

/** What `whole` has and `before` had not; `whole` began as `before` (`withSections`). */
export function receivedSince(before: Received, whole: Received): Received {
  return {
    ...whole,
    segments: whole.segments.slice(before.segments.length),
    columns: new Map([...whole.columns].filter(([name]) => !before.columns.has(name))),
    attributes: attributesOf(owner => whole.attributes[owner].slice(before.attributes[owner].length)),
  }
}

/** Both together: what `receivedSince` was taken from. */
export function joinedReceived(before: Received, more: Received): Received {
  return {
    ...more,
    segments: [...before.segments, ...more.segments],
    columns: new Map([...before.columns, ...more.columns]),
    attributes: attributesOf(owner => [...before.attributes[owner], ...more.attributes[owner]]),
  }
}

function attributesOf(columns: (owner: Owner) => readonly AttributeColumn[]): Received['attributes'] {
  return Object.fromEntries(OWNERS.map(owner => [owner, columns(owner)])) as Record<Owner, readonly AttributeColumn[]>
}
