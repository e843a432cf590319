// The graph of paths on its canvas: boxes with name, service and figures, roads between them, the critical path in ink. Colour is a
// band at the left; text never stands on it, and nothing is told by colour alone.

import { drawDiamond, drawSpanBar, fitText } from '#app/canvas/marks.ts'
import type { Frame } from '#app/canvas/surface.ts'
import type { CanvasColours } from '#app/theme/canvas-colours.ts'
import type { ServiceMark } from '#app/theme/service-colour.ts'
import { NODE_WIDTH } from './layout.ts'
import type { PathGraphLayout, PathNode } from './layout.ts'

export type Shade = 'service' | 'self' | 'total' | 'errors'

/** What a node says, already in words; asked of nodes in view only. */
export interface NodeFacts {
  readonly name: string
  readonly service: string
  readonly mark: ServiceMark
  readonly self: string
  readonly total: string
  /** 0…1 of the most there is. */
  readonly selfShare: number
  readonly totalShare: number
  /** Own part of the critical path, 0…1 of all of it. */
  readonly criticalShare: number
  readonly failed: boolean
}

export interface PathGraphDrawing {
  readonly layout: PathGraphLayout
  readonly view: { readonly k: number; readonly x: number; readonly y: number }
  readonly shade: Shade
  readonly selected: number
  readonly cursor: number
  readonly facts: (node: PathNode) => NodeFacts
  readonly more: (node: PathNode) => { readonly text: string; readonly work: string }
  /** Whether a node or one below it is on the critical path, and whether it is reached through a queue. */
  readonly critical: (node: PathNode) => boolean
  readonly queued: (node: PathNode) => boolean
  /** Links between spans, by index of node: drawn over the roads, below the boxes. */
  readonly links: readonly NodeLink[]
}

export interface NodeLink {
  /** Whose spans are linked to. */
  readonly from: number
  /** Whose spans have the links; the arrow is here. */
  readonly to: number
  readonly count: number
}

const BAND = 10
/** Below this size text is left out: nobody could read it. */
const TEXT_FROM = 0.45

export function drawPathGraph(frame: Frame, drawing: PathGraphDrawing): void {
  const { context, width, height } = frame
  const { layout, view } = drawing
  context.save()
  context.translate(view.x, view.y)
  context.scale(view.k, view.k)
  const box = {
    left: -view.x / view.k,
    top: -view.y / view.k,
    right: (width - view.x) / view.k,
    bottom: (height - view.y) / view.k,
  }
  for (const critical of [false, true]) {
    for (const node of layout.nodes) {
      const up = layout.nodes[node.up]
      if (up === undefined || drawing.critical(node) !== critical) continue
      const [y0, y1] = [up.y + up.height / 2, node.y + node.height / 2]
      if (node.x < box.left || up.x > box.right || Math.max(y0, y1) < box.top || Math.min(y0, y1) > box.bottom) continue
      drawRoad(context, frame.colours, { x0: up.x + NODE_WIDTH, y0, x1: node.x, y1 }, critical, drawing.queued(node))
    }
  }
  for (const link of drawing.links) {
    const [from, to] = [layout.nodes[link.from], layout.nodes[link.to]]
    const [left, right] = [Math.min(from.x, to.x) - LINK_REACH, Math.max(from.x, to.x) + NODE_WIDTH + LINK_REACH]
    const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y + from.height, to.y + to.height)]
    if (right < box.left || left > box.right || bottom < box.top || top > box.bottom) continue
    drawLink(context, frame.colours, from, to)
  }
  for (const [i, node] of layout.nodes.entries()) {
    if (node.x + NODE_WIDTH < box.left || node.x > box.right || node.y + node.height < box.top || node.y > box.bottom) {
      continue
    }
    if (node.path < 0) drawFold(frame, node, drawing, i === drawing.cursor)
    else drawNode(frame, node, drawing, i === drawing.selected, i === drawing.cursor)
  }
  context.restore()
}

function drawRoad(
  context: CanvasRenderingContext2D,
  colours: CanvasColours,
  { x0, y0, x1, y1 }: { x0: number; y0: number; x1: number; y1: number },
  critical: boolean,
  queued: boolean,
): void {
  context.strokeStyle = critical ? colours.critical : colours['line-2']
  context.lineWidth = critical ? 2 : 1.25
  context.setLineDash(queued ? [4, 3] : [])
  context.beginPath()
  context.moveTo(x0, y0)
  const bend = Math.round(x0 + 14) + 0.5
  const r = Math.min(6, Math.abs(y1 - y0) / 2)
  if (Math.abs(y1 - y0) < 1) context.lineTo(x1, y1)
  else {
    context.arcTo(bend, y0, bend, y1, r)
    context.arcTo(bend, y1, x1, y1, r)
    context.lineTo(x1, y1)
  }
  context.stroke()
  context.setLineDash([])
}

/** How far the bow of a link leaves its boxes. */
const LINK_REACH = 28

/** A dotted bow with an arrow at the span that has the link: to the next column, back to one before, or beside its own. */
function drawLink(context: CanvasRenderingContext2D, colours: CanvasColours, from: PathNode, to: PathNode): void {
  const [leaves, enters] = to.x > from.x ? [1, -1] : to.x < from.x ? [-1, 1] : [1, 1]
  const x0 = leaves > 0 ? from.x + NODE_WIDTH : from.x
  const x1 = enters > 0 ? to.x + NODE_WIDTH : to.x
  // Away from the middle, where the roads are.
  const [y0, y1] = [from.y + from.height * 0.75, to.y + to.height * 0.25]
  context.strokeStyle = context.fillStyle = colours.accent
  context.lineWidth = 1.25
  context.setLineDash([1.5, 3])
  context.beginPath()
  context.moveTo(x0, y0)
  context.bezierCurveTo(x0 + leaves * LINK_REACH, y0, x1 + enters * LINK_REACH, y1, x1 + enters * 5, y1)
  context.stroke()
  context.setLineDash([])
  context.beginPath()
  context.moveTo(x1, y1)
  context.lineTo(x1 + enters * 6, y1 - 3.5)
  context.lineTo(x1 + enters * 6, y1 + 3.5)
  context.closePath()
  context.fill()
}

function drawFold({ context, colours }: Frame, node: PathNode, drawing: PathGraphDrawing, cursor: boolean): void {
  const [x, y] = [Math.round(node.x) + 0.5, Math.round(node.y) + 0.5]
  context.fillStyle = colours['surface-0']
  context.fillRect(x, y, NODE_WIDTH, node.height)
  context.strokeStyle = cursor ? colours.focus : colours['line-control']
  context.lineWidth = cursor ? 2 : 1
  context.setLineDash(cursor ? [] : [2, 3])
  context.beginPath()
  context.roundRect(x, y, NODE_WIDTH, node.height, 2)
  context.stroke()
  context.setLineDash([])
  if (drawing.view.k < TEXT_FROM) return
  const { text, work } = drawing.more(node)
  context.font = `11px ${colours.font}`
  context.textBaseline = 'middle'
  context.fillStyle = colours['text-3']
  context.fillText(text, x + 8, y + node.height / 2 + 0.5)
  context.fillText(work, x + NODE_WIDTH - 8 - context.measureText(work).width, y + node.height / 2 + 0.5)
}

function drawNode(
  { context, colours }: Frame,
  node: PathNode,
  drawing: PathGraphDrawing,
  selected: boolean,
  cursor: boolean,
): void {
  const [x, y] = [Math.round(node.x) + 0.5, Math.round(node.y) + 0.5]
  const facts = drawing.facts(node)
  context.fillStyle = selected ? colours['accent-soft'] : colours['surface-0']
  context.beginPath()
  context.roundRect(x, y, NODE_WIDTH, node.height, 3)
  context.fill()
  context.save()
  context.beginPath()
  context.roundRect(x, y, NODE_WIDTH, node.height, 3)
  context.clip()
  if (drawing.shade === 'service') drawSpanBar(context, colours, facts.mark, x, y, BAND, node.height)
  else if (drawing.shade === 'errors') {
    context.fillStyle = facts.failed ? colours.error : colours['line-1']
    context.fillRect(x, y, facts.failed ? BAND : 4, node.height)
  } else {
    const share = drawing.shade === 'self' ? facts.selfShare : facts.totalShare
    context.fillStyle = colours[HEAT[Math.max(0, Math.min(5, Math.ceil(Math.sqrt(share) * 6) - 1))]]
    context.fillRect(x, y, BAND, node.height)
  }
  context.restore()
  context.strokeStyle = selected ? colours.accent : colours['line-control']
  context.lineWidth = selected ? 2 : 1
  context.beginPath()
  context.roundRect(x, y, NODE_WIDTH, node.height, 3)
  context.stroke()
  if (cursor) {
    context.strokeStyle = colours.focus
    context.lineWidth = 2
    context.beginPath()
    context.roundRect(x - 3, y - 3, NODE_WIDTH + 6, node.height + 6, 5)
    context.stroke()
  }
  if (facts.criticalShare > 0) {
    context.fillStyle = colours.critical
    context.fillRect(
      x + BAND + 1,
      y + node.height - 3,
      Math.max(2, (NODE_WIDTH - BAND - 3) * Math.min(1, facts.criticalShare)),
      2,
    )
  }
  if (drawing.view.k < TEXT_FROM) return
  const [left, right] = [x + 17, x + NODE_WIDTH - 8]
  const measure = (text: string): number => context.measureText(text).width
  context.textBaseline = 'middle'
  context.font = `600 12px ${colours.font}`
  context.fillStyle = colours['text-1']
  context.fillText(fitText(facts.name, right - left - (facts.failed ? 14 : 0), measure), left, y + 13)
  if (facts.failed) {
    context.fillStyle = colours.error
    drawDiamond(context, right - 4, y + 13, 4.5, true)
  }
  context.font = `11px ${colours.font}`
  let indent = 0
  if (drawing.shade !== 'service') {
    drawSpanBar(context, colours, facts.mark, left, y + 24, 8, 8)
    indent = 13
  }
  context.fillStyle = colours['text-3']
  context.fillText(fitText(facts.service, right - left - indent, measure), left + indent, y + 28.5)
  const totalWidth = measure(facts.total)
  context.fillStyle = colours['text-1']
  context.fillText(facts.total, right - totalWidth, y + 44)
  context.fillStyle = colours['text-3']
  context.fillText(fitText(facts.self, right - totalWidth - left - 6, measure), left, y + 44)
}

const HEAT = ['heat-1', 'heat-2', 'heat-3', 'heat-4', 'heat-5', 'heat-6'] as const
