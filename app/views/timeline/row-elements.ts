// The rows in view as DOM: the tree column, and at the same time the accessible twin of the bars. Elements are made once
// and filled again as rows come into view; React does not know them.

import { formatDuration } from '#app/i18n/format.ts'
import type { Text as Say } from '#app/i18n/Message.tsx'
import { serviceColour } from '#app/theme/service-colour.ts'
import type { ServiceMark } from '#app/theme/service-colour.ts'
import { answerTo, silentCallee } from '#shared/trace/calls.ts'
import type { SelfTimes } from '#shared/trace/self-time.ts'
import { SPAN_ERROR, SPAN_ERROR_BELOW, spanDuration, spanName } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'
import { answerInRow, isRowOf, ROW_FOLD, ROW_HIDDEN, ROW_SPAN, rowOfSpan } from '#shared/trace/visible-rows.ts'
import type { VisibleRows } from '#shared/trace/visible-rows.ts'
import styles from './Timeline.module.css'
import type { FoldRuns } from './fold-runs.ts'
import { rowY } from './row-places.ts'
import type { RowSlice } from './row-places.ts'
import type { RowTag } from './row-tags.ts'
import type { SpanColours } from './span-colours.ts'
import { openedBy } from './tree-keys.ts'

export interface RowsShown {
  readonly trace: Trace
  readonly rows: VisibleRows
  readonly self: SelfTimes
  /** Of rows that stand for many. */
  readonly folds: FoldRuns
  readonly colours: SpanColours
  /** Service names as shown. */
  readonly services: readonly string[]
  readonly tags: (span: number) => readonly RowTag[]
  /** Columns of attributes: their keys, and a span's values. */
  readonly columns: readonly string[]
  readonly cells: (span: number) => readonly (string | undefined)[]
  readonly selected: number
  /** The details of `selected` are below its row, not elsewhere. */
  readonly inline: boolean
  readonly cursor: number
  readonly isMatch: (span: number) => boolean
  /** The caller waited for it, or for something below it. */
  readonly isCritical: (span: number) => boolean
  /** It came after the trace was opened. */
  readonly isLate: (span: number) => boolean
  /** Spans of the open fold or hidden stretch that begins with this one; 0: none does. */
  readonly closesRun: (span: number) => number
  readonly say: Say
  /** Levels that are indented; deeper rows stand at the last and say their level. */
  readonly mostIndent: number
}

const SVG = 'http://www.w3.org/2000/svg'
const CLOSED = 'M4.5 2.5 8 6 4.5 9.5'
const OPEN = 'M2.5 4.5 6 8l3.5-3.5'
const DIAMOND = 'M6 .8 11.2 6 6 11.2.8 6z'
const HOLLOW = 'M6 1.9 10.1 6 6 10.1 1.9 6z'

interface Row {
  readonly element: HTMLElement
  /** The first cell: all of the row but its figures. */
  readonly cell: HTMLElement
  readonly guides: HTMLElement
  readonly level: HTMLElement
  readonly toggle: HTMLButtonElement
  readonly arrow: SVGPathElement
  readonly swatch: HTMLElement
  readonly service: HTMLElement
  readonly name: HTMLElement
  /** Who was called: the answer in this row or below it, or one without spans. */
  readonly callee: HTMLElement
  /** Number of a fold. */
  readonly count: HTMLElement
  /** What shows a hidden stretch. */
  readonly reveal: HTMLElement
  /** At the first span of an open run: closes it again. */
  readonly close: HTMLElement
  readonly end: HTMLElement
  readonly error: SVGSVGElement
  readonly errorPath: SVGPathElement
  readonly duration: HTMLElement
  readonly self: HTMLElement
  readonly cells: HTMLElement[]
  /** What it shows. What is written again as it was costs the browser a style or a layout all the same. */
  indent: number
  mark: ServiceMark | undefined
  index: number
  version: number
}

/** Id of what is open below a row of the treegrid whose ids begin with `id`. */
export function detailsId(id: string): string {
  return `${id}-details`
}

/** The rows of one treegrid. */
export class RowElements {
  readonly #grid: HTMLElement
  readonly #id: string
  #rows: Row[] = []
  #shown: RowsShown | undefined
  #version = 0
  #shift = 0

  /** `id` begins the ids of the rows (for aria-activedescendant). */
  constructor(grid: HTMLElement, id: string) {
    this.#grid = grid
    this.#id = id
  }

  /** What the rows show from the next `place` on. */
  show(shown: RowsShown): void {
    this.#shown = shown
    this.#version++
    this.#grid.setAttribute('aria-rowcount', String(shown.rows.count))
  }

  /** Puts the rows of a slice into place; elements of rows that stay are not touched but for their place. */
  place(slice: RowSlice, rowHeight: number): void {
    const shown = this.#shown
    if (shown === undefined) return
    const wanted = slice.end - slice.first
    while (this.#rows.length < wanted) {
      const row = createRow(shown.say)
      this.#rows.push(row)
      this.#grid.append(row.element)
    }
    while (this.#rows.length > wanted) this.#rows.pop()?.element.remove()
    this.#turn(slice)
    this.#shiftTo(shown, slice)
    for (let k = 0; k < wanted; k++) {
      const row = this.#rows[k]
      const index = slice.first + k
      if (row.index !== index || row.version !== this.#version) {
        fillRow(row, shown, index, this.#shift)
        row.element.id = `${this.#id}-${index}`
        const opened = shown.inline && row.element.getAttribute('aria-selected') === 'true'
        if (opened) row.element.setAttribute('aria-details', detailsId(this.#id))
        else row.element.removeAttribute('aria-details')
        row.index = index
        row.version = this.#version
      }
      row.element.style.transform = `translateY(${rowY(slice, index, rowHeight)}px)`
    }
    this.#activate(shown, slice)
  }

  /** Moves elements from one end to the other, so that their order is that of the rows and few are filled again. */
  #turn({ first, end }: RowSlice): void {
    const rows = this.#rows
    if (rows.length === 0) return
    const by = first - rows[0].index
    if (by === 0 || Math.abs(by) >= end - first) return
    for (let k = 0; k < Math.abs(by); k++) {
      if (by > 0) {
        const row = rows.shift()
        if (row === undefined) return
        rows.push(row)
        this.#grid.append(row.element)
      } else {
        const row = rows.pop()
        if (row === undefined) return
        rows.unshift(row)
        this.#grid.prepend(row.element)
      }
    }
  }

  /** Deep traces: what all rows in view are indented by is left out. */
  #shiftTo({ trace, rows, mostIndent }: RowsShown, { first, end }: RowSlice): void {
    let least = Infinity
    let most = 0
    const top = topDepth(trace, rows)
    for (let row = first; row < end; row++) {
      const depth = levelOf(trace, rows, rows.span[row]) - top
      if (depth < least) least = depth
      if (depth > most) most = depth
    }
    const shift = most <= mostIndent ? 0 : Math.max(0, least - 2)
    if (shift !== this.#shift) {
      this.#shift = shift
      this.#version++
    }
  }

  #activate({ rows, cursor }: RowsShown, { first, end }: RowSlice): void {
    const row = rowOfSpan(rows, cursor)
    if (row < first || row >= end) this.#grid.removeAttribute('aria-activedescendant')
    else this.#grid.setAttribute('aria-activedescendant', `${this.#id}-${row}`)
  }
}

function createRow(say: Say): Row {
  const make = (tag: 'div' | 'span' | 'i' | 'b', name: string, parent: HTMLElement): HTMLElement => {
    const element = document.createElement(tag)
    element.className = name
    parent.append(element)
    return element
  }
  const svg = (path: string, parent: HTMLElement): { readonly svg: SVGSVGElement; readonly path: SVGPathElement } => {
    const root = document.createElementNS(SVG, 'svg')
    root.setAttribute('viewBox', '0 0 12 12')
    root.setAttribute('aria-hidden', 'true')
    const shape = document.createElementNS(SVG, 'path')
    shape.setAttribute('d', path)
    root.append(shape)
    parent.append(root)
    return { svg: root, path: shape }
  }
  const element = document.createElement('div')
  element.className = styles.row
  element.setAttribute('role', 'row')
  const cell = make('div', styles.name, element)
  cell.setAttribute('role', 'gridcell')
  const guides = make('i', styles.guides, cell)
  const level = make('span', styles.level, cell)
  const toggle = document.createElement('button')
  toggle.type = 'button'
  toggle.tabIndex = -1
  toggle.className = styles.toggle
  toggle.dataset.toggle = ''
  toggle.setAttribute('aria-label', say('timeline.toggle'))
  cell.append(toggle)
  const { path: arrow } = svg(CLOSED, toggle)
  const swatch = make('i', styles.swatch, cell)
  const service = make('span', styles.service, cell)
  const name = make('span', styles.span, cell)
  const callee = make('span', styles.callee, cell)
  const count = make('b', styles.count, cell)
  const reveal = make('span', styles.reveal, cell)
  reveal.textContent = say('timeline.reveal')
  const close = make('span', styles.closeRun, cell)
  close.dataset.closeRun = ''
  close.title = say('timeline.closeRun')
  const end = make('span', styles.end, cell)
  const error = svg(DIAMOND, cell)
  error.svg.classList.add(styles.error)
  const duration = make('div', styles.duration, element)
  duration.setAttribute('role', 'gridcell')
  const self = make('div', styles.self, element)
  self.setAttribute('role', 'gridcell')
  return {
    element,
    cell,
    guides,
    level,
    toggle,
    arrow,
    swatch,
    service,
    name,
    callee,
    count,
    reveal,
    close,
    end,
    error: error.svg,
    errorPath: error.path,
    duration,
    self,
    cells: [],
    indent: -1,
    mark: undefined,
    index: -1,
    version: -1,
  }
}

/** Of the rows' outermost spans: of the one that is looked at alone, else of the roots. */
function topDepth(trace: Trace, rows: VisibleRows): number {
  return rows.outsideSpans > 0 && rows.count > 0 ? levelOf(trace, rows, rows.span[0]) : 0
}

/** How deep a span's row stands. */
function levelOf(trace: Trace, rows: VisibleRows, span: number): number {
  return trace.depth[span] - (rows.lift?.[span] ?? 0)
}

/** Of one level, CSS pixels: a child's arrow stands beside the guide of its parent's. */
export const INDENT = 18

function fillRow(row: Row, shown: RowsShown, index: number, shift: number): void {
  const { trace, rows, say } = shown
  const span = rows.span[index]
  const { element } = row
  const depth = levelOf(trace, rows, span) - topDepth(trace, rows)
  const indent = Math.min(shown.mostIndent, Math.max(0, depth - shift))
  if (indent !== row.indent) {
    row.indent = indent
    row.cell.style.setProperty('--indent', String(indent))
    row.guides.style.width = `${indent * INDENT}px`
  }
  row.level.hidden = shift === 0 && depth <= shown.mostIndent
  if (!row.level.hidden) setText(row.level, String(depth + 1))

  element.setAttribute('aria-rowindex', String(index + 1))
  element.setAttribute('aria-level', String(depth + 1))
  // Also where the row of the cursor stands in another, closed or folded one: keys go on from there.
  element.classList.toggle(styles.cursor, rowOfSpan(rows, shown.cursor) === index)
  element.classList.toggle(styles.folded, rows.kind[index] === ROW_FOLD)
  element.classList.toggle(styles.hidden, rows.kind[index] === ROW_HIDDEN)
  row.count.hidden = rows.kind[index] !== ROW_FOLD
  row.reveal.hidden = rows.kind[index] !== ROW_HIDDEN
  fillCells(row, shown, rows.kind[index] === ROW_SPAN ? span : undefined)
  if (rows.kind[index] !== ROW_SPAN) {
    fillRun(row, shown, index)
    return
  }
  const answer = answerInRow(rows, index)
  const opens = openedBy(rows, index)
  const children = trace.childCount[opens]
  const collapsed = rows.collapsed[opens] === 1
  // Keeps its room, so that the names of leaves stand where those of their siblings do.
  row.toggle.style.visibility = children === 0 ? 'hidden' : ''
  setPath(row.arrow, collapsed ? CLOSED : OPEN)
  setMark(row, shown.colours(span))
  const service = shown.services[trace.service[span]]
  const parent = trace.parent[span]
  const same = parent >= 0 && trace.service[parent] === trace.service[span]
  row.service.hidden = same
  setText(row.service, same ? '' : service)
  const name = spanName(trace, span)
  setText(row.name, name === '' ? '–' : name)
  row.name.title = `${service} · ${name}`
  fillCallee(row.callee, shown, span, rows.collapsed[span] === 1 ? answerTo(trace, span) : answer)
  const marks = trace.marks[span] | (answer < 0 ? 0 : trace.marks[answer])
  const error = marks & (SPAN_ERROR | SPAN_ERROR_BELOW)
  row.error.style.display = error === 0 ? 'none' : ''
  row.error.classList.toggle(styles.hollow, (error & SPAN_ERROR) === 0)
  setPath(row.errorPath, (error & SPAN_ERROR) === 0 ? HOLLOW : DIAMOND)
  const tags = [...shown.tags(span)]
  if (shown.isLate(span)) tags.push({ text: say('timeline.late'), title: '' })
  if (collapsed) tags.push({ text: `+${trace.subtreeEnd[opens] - opens - 1}`, title: '' })
  fillTags(row.end, tags)
  const closes = shown.closesRun(span)
  row.close.hidden = closes === 0
  if (closes !== 0) setText(row.close, `× ${closes}`)
  const duration = formatDuration(spanDuration(trace, span))
  setText(row.duration, duration)
  setText(row.self, formatDuration(shown.self[span]))

  element.setAttribute('aria-posinset', String(trace.position[span] + 1))
  const siblings = parent < 0 ? trace.roots.length : trace.childCount[parent]
  element.setAttribute('aria-setsize', String(siblings))
  if (children === 0) element.removeAttribute('aria-expanded')
  else element.setAttribute('aria-expanded', String(!collapsed))
  element.setAttribute('aria-selected', String(isRowOf(rows, index, shown.selected)))
  element.setAttribute(
    'aria-label',
    say(
      (error & SPAN_ERROR) !== 0
        ? 'timeline.row.error'
        : (error & SPAN_ERROR_BELOW) !== 0
          ? 'timeline.row.errorBelow'
          : 'timeline.row',
      { service, name, duration },
    ) + (shown.isCritical(span) ? say('timeline.row.critical') : ''),
  )
  element.classList.toggle(styles.match, shown.isMatch(span) || (answer >= 0 && shown.isMatch(answer)))
}

function setMark(row: Row, mark: ServiceMark): void {
  const { mark: before } = row
  if (before?.slot === mark.slot && before.cap === mark.cap) return
  row.mark = mark
  row.swatch.style.setProperty('--c', serviceColour(mark.slot))
  row.swatch.dataset.cap = String(mark.cap)
}

function setPath(path: SVGPathElement, shape: string): void {
  if (path.getAttribute('d') !== shape) path.setAttribute('d', shape)
}

/** A text node is kept: another one would be laid out anew, also with the same text. */
function setText(element: HTMLElement, text: string): void {
  const { firstChild } = element
  if (!(firstChild instanceof Text)) element.textContent = text
  else if (firstChild.data !== text) firstChild.data = text
}

/** A row that stands for many spans: a fold with their name, number and sum, or what a filter hides. */
function fillRun(row: Row, shown: RowsShown, index: number): void {
  const { trace, rows, say } = shown
  const span = rows.span[index]
  const run = shown.folds(rows, index)
  const fold = rows.kind[index] === ROW_FOLD
  const { element } = row
  row.toggle.style.visibility = fold ? '' : 'hidden'
  setPath(row.arrow, CLOSED)
  setMark(row, shown.colours(span))
  row.close.hidden = true
  row.callee.hidden = true
  const service = shown.services[trace.service[span]]
  const parent = trace.parent[span]
  const same = !fold || (parent >= 0 && trace.service[parent] === trace.service[span])
  row.service.hidden = same
  setText(row.service, same ? '' : service)
  const name = spanName(trace, span)
  const all = rows.end[index] - span
  setText(row.name, fold ? (name === '' ? '–' : name) : say('timeline.hidden', { count: all }))
  row.name.title = fold ? `${service} · ${name}` : ''
  setText(row.count, `× ${run.members.length}`)
  row.error.style.display = fold && run.marks !== 0 ? '' : 'none'
  row.error.classList.toggle(styles.hollow, run.errors === 0)
  setPath(row.errorPath, run.errors === 0 ? HOLLOW : DIAMOND)
  fillTags(row.end, fold && run.errors > 0 ? [{ text: say('timeline.errors', { count: run.errors }), title: '' }] : [])
  const duration = formatDuration(fold ? run.sum : run.to - run.from)
  setText(row.duration, duration)
  setText(row.self, '')
  element.removeAttribute('aria-posinset')
  element.removeAttribute('aria-setsize')
  element.setAttribute('aria-expanded', 'false')
  element.setAttribute('aria-selected', 'false')
  element.classList.toggle(styles.match, fold && run.members.some(shown.isMatch))
  element.setAttribute(
    'aria-label',
    fold
      ? say('timeline.row.fold', { service, name, duration, count: run.members.length, errors: run.errors }) +
          (run.members.some(shown.isCritical) ? say('timeline.row.critical') : '')
      : say('timeline.hidden', { count: all }),
  )
}

/** `→ service` of the answer; of a call that nobody answered with a span the name it gave, in brackets. */
function fillCallee(place: HTMLElement, shown: RowsShown, call: number, answer: number): void {
  const { trace, services, say } = shown
  const silent = answer < 0 ? silentCallee(trace, call) : undefined
  place.hidden = answer < 0 && silent === undefined
  if (place.hidden) return
  place.classList.toggle(styles.silent, silent !== undefined)
  if (silent !== undefined) {
    place.textContent = `→ ${silent}`
    place.title = say('timeline.silent', { name: silent })
    return
  }
  const service = services[trace.service[answer]]
  const [own, name] = [spanName(trace, call), spanName(trace, answer)]
  place.textContent = `→ ${service}${name === own ? '' : ` ${name}`}`
  place.title = `${service} · ${name}`
}

/** `span` undefined: the row stands for many, which have no one value. */
function fillCells(row: Row, shown: RowsShown, span: number | undefined): void {
  while (row.cells.length > shown.columns.length) row.cells.pop()?.remove()
  while (row.cells.length < shown.columns.length) {
    const cell = document.createElement('div')
    cell.className = styles.cell
    cell.setAttribute('role', 'gridcell')
    row.element.append(cell)
    row.cells.push(cell)
  }
  if (row.cells.length === 0) return
  const values = span === undefined ? [] : shown.cells(span)
  row.cells.forEach((cell, k) => {
    cell.textContent = values[k] ?? ''
    cell.title = values[k] ?? ''
  })
}

function fillTags(end: HTMLElement, tags: readonly RowTag[]): void {
  while (end.childElementCount > tags.length) end.lastElementChild?.remove()
  for (const [k, { text, title }] of tags.entries()) {
    const tag = end.children[k] ?? end.appendChild(document.createElement('span'))
    tag.className = styles.tag
    tag.textContent = text
    if (tag instanceof HTMLElement) tag.title = title
  }
}
