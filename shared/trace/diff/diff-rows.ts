/** The places of a comparison as rows of a table: one a path, a service and name, or a service. */
import { BREATH, type SlicedWork } from '#shared/trace/sliced-work.ts'
import type { PlaceFigures } from './place-figures.ts'
import type { TraceDiff } from './diff-traces.ts'

/** Of one trace; ns. */
export interface DiffSums {
  readonly count: number
  readonly errors: number
  readonly total: number
  readonly self: number
  readonly critical: number
}

/** What became of something from A to B. `more` and `fewer`: the number of spans changed more than their time. */
export type Change = 'added' | 'removed' | 'more' | 'fewer' | 'slower' | 'faster' | 'same'

export interface DiffRow {
  /** Undefined: no service is named. */
  readonly service: string | undefined
  /** Undefined in rows of a service. */
  readonly name: string | undefined
  /** The place, or the first of those that the row has. */
  readonly place: number
  readonly a: DiffSums
  readonly b: DiffSums
  readonly change: Change
}

/** What a row is made of. */
export const ROW_GROUPS = ['name', 'path', 'service'] as const
export type RowGroup = (typeof ROW_GROUPS)[number]

/** Times that differ by less than this share count as the same. */
export const SAME_WITHIN = 0.05

/** In the order of their first place. The sums of all rows are those of the traces, whatever the rows are made of. */
export function* diffRows(diff: TraceDiff, by: RowGroup): SlicedWork<readonly DiffRow[]> {
  const rows: Drafted[] = []
  const group = by === 'path' ? undefined : groupOfKeys(diff, by)
  // Row by group, each when its first place comes.
  const rowOf = new Int32Array(group === undefined ? 0 : group.length).fill(-1)
  for (let place = 0; place < diff.places.size; place++) {
    const known = group === undefined ? -1 : rowOf[group[diff.key[place]]]
    const row = known < 0 ? newRow(diff, place, by) : rows[known]
    if (known < 0) {
      if (group !== undefined) rowOf[group[diff.key[place]]] = rows.length
      rows.push(row)
    }
    add(row.a, diff.figuresA, place)
    add(row.b, diff.figuresB, place)
    if ((place & BREATH) === BREATH) yield
  }
  for (let index = 0; index < rows.length; index++) {
    rows[index].change = changeOf(rows[index].a, rows[index].b)
    if ((index & BREATH) === BREATH) yield
  }
  return rows
}

type Sums = { -readonly [K in keyof DiffSums]: DiffSums[K] }
/** A row while its places are added up. */
type Drafted = Omit<DiffRow, 'a' | 'b' | 'change'> & { readonly a: Sums; readonly b: Sums; change: Change }
const NONE: DiffSums = { count: 0, errors: 0, total: 0, self: 0, critical: 0 }

/** By key: the first key with the same service, and name unless services are the groups. */
function groupOfKeys({ keys }: TraceDiff, by: 'name' | 'service'): Uint32Array {
  const known = new Map<string, number>()
  return Uint32Array.from(keys, ({ service, name }, index) => {
    const text = `${service === undefined ? '' : `=${service}`}\u0000${by === 'name' ? name : ''}`
    const first = known.get(text) ?? index
    known.set(text, first)
    return first
  })
}

function newRow({ keys, key }: TraceDiff, place: number, by: RowGroup): Drafted {
  const { service, name } = keys[key[place]]
  const ofService = by === 'service'
  return { service, name: ofService ? undefined : name, place, a: { ...NONE }, b: { ...NONE }, change: 'same' }
}

function add(sums: Sums, figures: PlaceFigures, place: number): void {
  sums.count += figures.count[place]
  sums.errors += figures.errors[place]
  sums.total += figures.total[place]
  sums.self += figures.self[place]
  sums.critical += figures.critical[place]
}

/** The figures of one place. */
export function placeSums(figures: PlaceFigures, place: number): DiffSums {
  const sums = { ...NONE }
  add(sums, figures, place)
  return sums
}

/** By durations and numbers of spans: as many spans within SAME_WITHIN of A's time are the same. */
export function changeOf(a: DiffSums, b: DiffSums): Change {
  return changeFrom(a.count, a.total, b.count, b.total)
}

function changeFrom(countA: number, totalA: number, countB: number, totalB: number): Change {
  if (countA === 0 && countB > 0) return 'added'
  if (countB === 0 && countA > 0) return 'removed'
  const difference = totalB - totalA
  if (Math.abs(difference) > totalA * SAME_WITHIN) return difference > 0 ? 'slower' : 'faster'
  return countChange(countA, countB)
}

/** By numbers of spans alone: what Jaeger's comparison shows. */
export function countChange(a: number, b: number): Change {
  if (a === b) return 'same'
  if (a === 0) return 'added'
  if (b === 0) return 'removed'
  return b > a ? 'more' : 'fewer'
}

/** Of each place 1 when it, or one below it, is not the same: what is left when unchanged ones are hidden. */
export function changedPlaces({ places: { size, parent }, figuresA: a, figuresB: b }: TraceDiff): Uint8Array {
  const changed = new Uint8Array(size)
  for (let place = size - 1; place >= 0; place--) {
    const change = changeFrom(a.count[place], a.total[place], b.count[place], b.total[place])
    if (change !== 'same') changed[place] = 1
    if (changed[place] === 1 && parent[place] >= 0) changed[parent[place]] = 1
  }
  return changed
}
