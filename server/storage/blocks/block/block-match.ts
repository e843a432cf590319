/** Runs a plan (block-plan.ts) on a row group: masks of rows, operand after operand, until none is left. */
import { compareNumbers } from '#shared/query/evaluate-order.ts'
import { ATTRIBUTE_STRING, type AttributeType, isDictionaryType } from '#shared/spans/attribute-value.ts'
import type { BlockGroup } from './block-group.ts'
import { OVERFLOW_COLUMN, type OwnerKind, PAGE, STORE_BOOL, STORE_TEXT_PLAIN } from './block-format.ts'
import { bytesHold, type ColumnTest, type Operand, wordsHold } from './block-plan.ts'
import type { OwnerLayout } from './owner-layout.ts'
import type { Integers } from './pages/integers.ts'
import { BUCKET_EXCEPTION, BUCKET_START } from './pages/numbers.ts'

/** More values of a code than this are found by the layout of the group. */
const MOST_FEW = 64

/** 1 for each row of the group that passes every operand and starts in [from, to]; undefined when there is none. */
export function matchGroup(
  group: BlockGroup,
  operands: readonly Operand[],
  from: bigint,
  to: bigint,
): Uint8Array | undefined {
  const selected = new Uint8Array(group.entry.rowCount).fill(1)
  for (const operand of operands) {
    const hits =
      operand.compare === undefined ? hitsOf(group, operand, selected) : compareHits(group, operand.compare, selected)
    if (!intersect(selected, hits)) return undefined
  }
  const { firstStart, lastStart } = group.entry
  if (from <= firstStart && to >= lastStart) return selected
  const hits = new Uint8Array(selected.length)
  const { low, high } = group.startTimes()
  for (let row = 0; row < hits.length; row++) {
    if (selected[row] === 0) continue
    const start = (BigInt(high[row]) << 32n) | BigInt(low[row])
    if (start >= from && start <= to) hits[row] = 1
  }
  return intersect(selected, hits) ? selected : undefined
}

/** selected &= hits, four rows at once; false when nothing is left. Both are whole buffers of one length. */
function intersect(selected: Uint8Array, hits: Uint8Array): boolean {
  const words = selected.length >>> 2
  const left = new Uint32Array(selected.buffer, selected.byteOffset, words)
  const right = new Uint32Array(hits.buffer, hits.byteOffset, words)
  let any = 0
  for (let i = 0; i < words; i++) {
    const both = left[i] & right[i]
    left[i] = both
    any |= both
  }
  for (let i = words * 4; i < selected.length; i++) {
    const both = selected[i] & hits[i]
    selected[i] = both
    any |= both
  }
  return any !== 0
}

function hitsOf(group: BlockGroup, operand: Operand, selected: Uint8Array): Uint8Array {
  const hits = new Uint8Array(group.entry.rowCount)
  if (operand.pairs?.includes(1) === true) {
    lookUp(operand.pairs, group.rows(PAGE.pair), hits)
  }
  if (operand.resources?.includes(1) === true) {
    lookUp(operand.resources, group.rows(PAGE.resource), hits)
  }
  if (operand.statuses?.includes(1) === true) {
    lookUp(operand.statuses, group.rows(PAGE.status, true), hits)
  }
  for (const test of operand.columns) {
    if (test.column < 0) absentHits(group, test, hits)
    else if (owners(group, test.owner) > 0) columnHits(group, test, selected, hits)
  }
  return hits
}

/** Adds the rows whose number passes. */
function lookUp(passes: Uint8Array, numbers: Integers, hits: Uint8Array): void {
  for (let row = 0; row < hits.length; row++) if (passes[numbers[row]] === 1) hits[row] = 1
}

function owners(group: BlockGroup, owner: OwnerKind): number {
  const { rowCount, eventCount, linkCount } = group.entry
  return owner === 'rows' ? rowCount : owner === 'events' ? eventCount : linkCount
}

function compareHits(
  group: BlockGroup,
  { field, operator, bound }: NonNullable<Operand['compare']>,
  selected: Uint8Array,
): Uint8Array {
  const hits = new Uint8Array(selected.length)
  const starts = (): { readonly low: Uint32Array; readonly high: Uint32Array } => group.startTimes()
  if (field === 'startTime') {
    const { low, high } = starts()
    for (let row = 0; row < hits.length; row++) {
      if (selected[row] === 0) continue
      const start = (BigInt(high[row]) << 32n) | BigInt(low[row])
      if (compareNumbers(start, operator, bound)) hits[row] = 1
    }
    return hits
  }
  // A bucket passes whole when both its ends do, and fails whole when neither does and the operator is no equality.
  const buckets = group.durationBuckets()
  const verdict = new Uint8Array(256)
  for (let bucket = 0; bucket < BUCKET_EXCEPTION; bucket++) {
    const first = compareNumbers(BUCKET_START[bucket], operator, bound)
    const last = compareNumbers(bucket === 0 ? 0 : BUCKET_START[bucket + 1] - 1, operator, bound)
    verdict[bucket] = operator === '=' || first !== last ? 2 : first ? 1 : 0
  }
  verdict[BUCKET_EXCEPTION] = 2
  let exact: { readonly low: Uint32Array; readonly high: Uint32Array } | undefined
  for (let row = 0; row < hits.length; row++) {
    if (selected[row] === 0) continue
    const known = verdict[buckets[row]]
    if (known < 2) {
      hits[row] = known
      continue
    }
    exact ??= group.durations()
    let duration = exact.high[row] * 4294967296 + exact.low[row]
    if (buckets[row] === BUCKET_EXCEPTION) {
      // As the table computes it: from start and end, which the difference modulo 2^64 gives back.
      const { low, high } = starts()
      const endLow = low[row] + exact.low[row]
      const endHigh = (high[row] + exact.high[row] + (endLow > 0xffffffff ? 1 : 0)) >>> 0
      duration = (endHigh - high[row]) * 4294967296 + ((endLow >>> 0) - low[row])
    }
    if (compareNumbers(duration, operator, bound)) hits[row] = 1
  }
  return hits
}

/** Rows of pairs that spell their columns out (`codes`) and lack the column −1 − `column`. */
function absentHits(group: BlockGroup, test: ColumnTest, hits: Uint8Array): void {
  const column = -1 - test.column
  const layout = group.layout('rows')
  for (let place = layout.genericStart; place < layout.order.length; place++) {
    const k = place - layout.genericStart
    const spelled = layout.genericColumns.subarray(layout.genericStarts[k], layout.genericStarts[k + 1])
    if (!spelled.includes(column)) hits[layout.order[place]] = 1
  }
}

/**
 * A code that few values have: their rows are found by counting through the pair page, without the layout of the whole group. False when
 * that does not apply.
 */
function fewRowHits(group: BlockGroup, test: ColumnTest, selected: Uint8Array, hits: Uint8Array): boolean {
  const { code, column } = test
  const { lists } = group.catalogue.owners.rows
  if (code === undefined || group.hasGenericRows()) return false
  const codes = group.columnIntegers('rows', column, 0)
  const values: number[] = []
  for (let at = codes.indexOf(code); at >= 0; at = codes.indexOf(code, at + 1)) {
    if (values.push(at) > MOST_FEW) return false
  }
  const pairs = group.rows(PAGE.pair)
  const listOf = group.catalogue.pairs.list
  const sizes = new Uint32Array(listOf.length)
  for (let row = 0; row < pairs.length; row++) sizes[pairs[row]]++
  /** Pair -> ranks among its rows. */
  const wanted = new Map<number, number[]>()
  let next = 0
  let value = 0
  for (let pair = 0; pair < sizes.length && next < values.length; pair++) {
    if (sizes[pair] === 0 || !lists[listOf[pair]].includes(column)) continue
    const ranks: number[] = []
    while (next < values.length && values[next] < value + sizes[pair]) ranks.push(values[next++] - value)
    if (ranks.length > 0) wanted.set(pair, ranks)
    value += sizes[pair]
  }
  const seen = sizes.fill(0)
  const isWanted = new Uint8Array(sizes.length)
  for (const pair of wanted.keys()) isWanted[pair] = 1
  for (let row = 0; row < pairs.length; row++) {
    const pair = pairs[row]
    if (isWanted[pair] === 0) continue
    const rank = seen[pair]++
    if (selected[row] === 1 && wanted.get(pair)?.includes(rank) === true) hits[row] = 1
  }
  return true
}

function columnHits(group: BlockGroup, test: ColumnTest, selected: Uint8Array, hits: Uint8Array): void {
  const { owner, column } = test
  const passes = valueTestOf(group, test)
  if (passes === undefined || (owner === 'rows' && fewRowHits(group, test, selected, hits))) return
  const layout = group.layout(owner)
  const hit = hitter(group, owner, hits)
  const { runs, genericValue } = layout.runs(column)
  for (const { from, to, value, each } of runs) {
    let at = value
    for (let place = from; place < to; place++) {
      for (let k = 0; k < each; k++, at++) if (passes(at)) hit(layout.order[place])
    }
  }
  genericHits(layout, column, genericValue, passes, hit)
}

function genericHits(
  layout: OwnerLayout,
  column: number,
  genericValue: number,
  passes: (value: number) => boolean,
  hit: (owner: number) => void,
): void {
  const { genericColumns, genericStarts, genericStart, order } = layout
  let owner = 0
  let at = genericValue
  for (let k = genericColumns.indexOf(column); k >= 0; k = genericColumns.indexOf(column, k + 1)) {
    while (genericStarts[owner + 1] <= k) owner++
    if (passes(at++)) hit(order[genericStart + owner])
  }
}

/** Marks the row of an owner. */
function hitter(group: BlockGroup, owner: OwnerKind, hits: Uint8Array): (owner: number) => void {
  if (owner === 'rows') {
    return row => {
      hits[row] = 1
    }
  }
  const starts = owner === 'events' ? group.eventStarts() : group.linkStarts()
  return index => {
    // The last row whose first event is not after it, and that has events.
    let low = 0
    let high = hits.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (starts[middle + 1] <= index) low = middle + 1
      else high = middle
    }
    hits[low] = 1
  }
}

/** Says of a value's number in the group's column whether it passes; undefined when none does. */
function valueTestOf(group: BlockGroup, test: ColumnTest): ((value: number) => boolean) | undefined {
  const { owner, column, code, codes, value, text } = test
  if (column === OVERFLOW_COLUMN) return group.lacks(owner, column) ? undefined : overflowTest(group, test)
  const { type, store } = group.catalogue.owners[owner].columns[column]
  if (code === undefined && codes === undefined && value === undefined) return () => true
  if (group.lacks(owner, column)) return undefined
  if (code !== undefined) {
    const values = group.columnIntegers(owner, column, 0)
    return values.includes(code) ? at => values[at] === code : undefined
  }
  if (codes !== undefined) {
    const values = group.columnIntegers(owner, column, 0)
    if (store === STORE_BOOL || values.some(one => codes[one] === 1)) return at => codes[values[at]] === 1
    return undefined
  }
  if (value === undefined) return undefined
  if (store === STORE_TEXT_PLAIN) {
    const { starts, bytes } = group.columnStrings(owner, column)
    if (type === ATTRIBUTE_STRING && text !== undefined) {
      const length = text.length
      return at => {
        const from = starts[at]
        if (starts[at + 1] - from !== length) return false
        for (let k = 0; k < length; k++) if (bytes[from + k] !== text[k]) return false
        return true
      }
    }
    return at => bytesHold(value, text, type, bytes.subarray(starts[at], starts[at + 1]))
  }
  const low = group.columnIntegers(owner, column, 0)
  const high = group.columnIntegers(owner, column, 1)
  return at => wordsHold(value, type, low[at], high[at])
}

function overflowTest(group: BlockGroup, { owner, key, value, text }: ColumnTest): (at: number) => boolean {
  const keys = group.columnIntegers(owner, OVERFLOW_COLUMN, 0)
  const types = group.columnIntegers(owner, OVERFLOW_COLUMN, 1)
  const { starts, bytes } = group.columnStrings(owner, OVERFLOW_COLUMN)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return at => {
    if (keys[at] !== key) return false
    if (value === undefined) return true
    const type = types[at] as AttributeType
    if (isDictionaryType(type)) return bytesHold(value, text, type, bytes.subarray(starts[at], starts[at + 1]))
    const length = starts[at + 1] - starts[at]
    const low = length === 8 ? view.getUint32(starts[at], true) : length === 1 ? bytes[starts[at]] : 0
    return wordsHold(value, type, low, length === 8 ? view.getUint32(starts[at] + 4, true) : 0)
  }
}
