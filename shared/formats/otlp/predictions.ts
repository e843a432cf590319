/**
 * What comes next in telemetry is mostly what came last time: the n-th attribute of a span named so has the key, and
 * often the value, that the n-th attribute of the last span of that name had. A decoder compares the bytes with the
 * predicted dictionary entry before it hashes anything; a wrong guess costs one failed comparison and never a wrong
 * answer. Ids belong to one table, so another table starts without predictions.
 */
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

/** Attribute positions remembered a name; further ones share them. A power of two. */
const POSITIONS = 32
export const POSITION_MASK = POSITIONS - 1
const POSITION_BITS = 5
/** Names remembered; others share their places. A power of two: with 32 positions, both arrays fill 64 KiB. */
const NAMES = 256

export const TEXT_RESOURCE_SCHEMA_URL = 0
export const TEXT_SCOPE_SCHEMA_URL = 1
export const TEXT_SCOPE_NAME = 2
export const TEXT_SCOPE_VERSION = 3
export const TEXT_TRACE_STATE = 4
export const TEXT_STATUS_MESSAGE = 5
export const TEXT_EVENT_NAME = 6
const TEXTS = 7

export class Predictions {
  /** Dictionary ids of keys and values by place; 0 predicts the empty string. */
  readonly keys = new Uint32Array(NAMES * POSITIONS)
  readonly values = new Uint32Array(NAMES * POSITIONS)
  /** The texts that come once in a message, a scope or a span, by TEXT_*. */
  readonly texts = new Uint32Array(TEXTS)
  /** The name that followed a name. */
  readonly names = new Uint32Array(NAMES)
  #table: SpanTableBuilder | undefined

  /** Forgets everything when this is not the table of last time. */
  attach(table: SpanTableBuilder): void {
    if (this.#table === table) return
    this.#table = table
    this.keys.fill(0)
    this.values.fill(0)
    this.names.fill(0)
    this.texts.fill(0)
  }
}

/** The first place of what owns attributes: by the dictionary id of its name. */
export function placesOf(name: number): number {
  return (name & (NAMES - 1)) << POSITION_BITS
}

/** The place of the name that follows `name`. */
export function placeAfter(name: number): number {
  return name & (NAMES - 1)
}
