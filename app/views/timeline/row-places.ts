// Where rows of one height stand when one of them has details below it, in virtual pixels: exact for any number of rows.

/** Room between two rows. */
export interface RowInset {
  /** The row that it is below; −1: it is above all rows. */
  readonly after: number
  readonly height: number
}

/** Top of a row; of the row behind the last, where the list ends. */
export function rowTop(row: number, rowHeight: number, inset: RowInset | undefined): number {
  return row * rowHeight + (inset !== undefined && row > inset.after ? inset.height : 0)
}

/** The row at a place; within the inset the one above it. */
export function rowAt(y: number, rowHeight: number, inset: RowInset | undefined): number {
  const row = Math.floor(y / rowHeight)
  if (inset === undefined || row <= inset.after) return row
  return Math.max(inset.after, Math.floor((y - inset.height) / rowHeight))
}

/** How many rows begin before a place. */
export function rowsBefore(y: number, rowHeight: number, inset: RowInset | undefined): number {
  const rows = Math.ceil(y / rowHeight)
  if (inset === undefined || rows <= inset.after + 1) return rows
  return Math.max(inset.after + 1, Math.ceil((y - inset.height) / rowHeight))
}

/** Rows in a window of the scrolled list: `first` up to before `end`; `top` is the y of the first, 0 or less. */
export interface RowSlice {
  readonly first: number
  readonly end: number
  readonly top: number
  readonly inset?: RowInset
}

export function sliceRows(
  rows: number,
  rowHeight: number,
  scrollTop: number,
  view: number,
  inset?: RowInset,
): RowSlice {
  const first = Math.max(0, Math.min(rows, rowAt(scrollTop, rowHeight, inset)))
  const end = Math.max(first, Math.min(rows, rowsBefore(scrollTop + view, rowHeight, inset)))
  return { first, end, top: rowTop(first, rowHeight, inset) - scrollTop, inset }
}

/** Top of any row, be it in the slice or not, from the top of the window. */
export function rowY({ first, top, inset }: RowSlice, row: number, rowHeight: number): number {
  return top + rowTop(row, rowHeight, inset) - rowTop(first, rowHeight, inset)
}

/** Top of the inset, from the top of the window. */
export function insetY(slice: RowSlice, { after }: RowInset, rowHeight: number): number {
  return rowY(slice, after, rowHeight) + rowHeight
}

/** The row under `y` of the window; −1 outside all rows, and on the inset. */
export function rowUnder(slice: RowSlice, y: number, rowHeight: number): number {
  const place = y + rowTop(slice.first, rowHeight, slice.inset) - slice.top
  const row = rowAt(place, rowHeight, slice.inset)
  if (y < 0 || row < slice.first || row >= slice.end) return -1
  return place < rowTop(row, rowHeight, slice.inset) + rowHeight ? row : -1
}
