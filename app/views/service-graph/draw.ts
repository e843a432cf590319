// The service graph on its canvas: edges as wide as their calls, boxes with name, calls and errors, labels where there is
// room. Errors carry a diamond, the focus a thick edge: nothing is told by colour alone.

import { scaleLog } from 'd3'
import { drawDiamond, drawSpanBar, fitText } from '#app/canvas/marks.ts'
import type { Frame } from '#app/canvas/surface.ts'
import { serviceMark } from '#app/theme/service-colour.ts'
import { NODE_HEIGHT, NODE_WIDTH, pointAlong } from './layout.ts'
import type { GraphEdge, GraphLayout, GraphNode } from './layout.ts'

/** How the layout lies on the canvas: `k` times, then moved, CSS pixels. */
export interface GraphView {
  readonly k: number
  readonly x: number
  readonly y: number
}

/** Words of the drawing, already formatted. */
export interface GraphWords {
  readonly calls: (count: number) => string
  readonly errors: (share: number) => string
  /** Under the name of a service that nobody calls. */
  readonly entry: string
}

export interface GraphDrawing {
  readonly layout: GraphLayout
  readonly view: GraphView
  /** Name of the service in focus. */
  readonly focus: string | undefined
  /** Name of the service under the pointer or the keyboard's cursor. */
  readonly cursor: string | undefined
  readonly words: GraphWords
}

/** From this share on an edge is drawn as failing. */
export const FAILING_FROM = 0.01
/** Labels are left out below this size: nobody could read them. */
const LABELS_FROM = 0.55

const touches = (edge: GraphEdge, name: string | undefined): boolean => edge.parent === name || edge.child === name
const errorShare = (edge: GraphEdge): number => (edge.callCount === 0 ? 0 : edge.errorCount / edge.callCount)
const isFailing = (edge: GraphEdge): boolean => errorShare(edge) >= FAILING_FROM

export function drawServiceGraph(frame: Frame, drawing: GraphDrawing): void {
  const { context } = frame
  const { layout, view, focus } = drawing
  context.save()
  context.translate(view.x, view.y)
  context.scale(view.k, view.k)
  const most = layout.edges.reduce((largest, { callCount }) => Math.max(largest, callCount), 10)
  const width = scaleLog([1, most], [0.9, 5]).clamp(true)
  // Edges of the focus lie above the others.
  const edges = layout.edges.toSorted((x, y) => Number(touches(x, focus)) - Number(touches(y, focus)))
  for (const edge of edges) drawEdge(frame, edge, width(Math.max(1, edge.callCount)), touches(edge, focus))
  if (view.k >= LABELS_FROM) drawLabels(frame, drawing, edges)
  for (const node of layout.nodes) drawNode(frame, node, drawing)
  context.restore()
}

function drawEdge({ context, colours }: Frame, edge: GraphEdge, width: number, near: boolean): void {
  const { curve, tip } = edge
  const colour = isFailing(edge) ? colours.error : near ? colours['text-1'] : colours['line-2']
  context.strokeStyle = colour
  context.lineWidth = width
  context.beginPath()
  context.moveTo(curve[0], curve[1])
  for (let i = 2; i + 5 < curve.length; i += 6) {
    context.bezierCurveTo(curve[i], curve[i + 1], curve[i + 2], curve[i + 3], curve[i + 4], curve[i + 5])
  }
  context.stroke()
  const [x, y] = [curve[curve.length - 2], curve[curve.length - 1]]
  const length = Math.hypot(tip[0] - x, tip[1] - y) || 1
  const half = Math.max(4, width) / length
  const [across, down] = [(tip[1] - y) * half, (tip[0] - x) * half]
  context.fillStyle = colour
  context.beginPath()
  context.moveTo(tip[0], tip[1])
  context.lineTo(x - across, y + down)
  context.lineTo(x + across, y - down)
  context.fill()
}

type Box = readonly [left: number, top: number, right: number, bottom: number]

const overlap = (a: Box, b: Box): boolean => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1]

/** Places along an edge that its label tries, in this order. */
const TRIED = [0.5, 0.42, 0.58, 0.34, 0.66, 0.25, 0.75]

function drawLabels(frame: Frame, { layout, focus, cursor, words }: GraphDrawing, edges: readonly GraphEdge[]): void {
  const { context, colours } = frame
  context.font = `11px ${colours.font}`
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  const taken: Box[] = layout.nodes.map(({ x, y }) => [
    x - NODE_WIDTH / 2,
    y - NODE_HEIGHT / 2,
    x + NODE_WIDTH / 2,
    y + NODE_HEIGHT / 2,
  ])
  // What matters most finds its place first: the last edges are those of the focus.
  const order = edges
    .toReversed()
    .sort((x, y) => Number(isFailing(y) || touches(y, cursor)) - Number(isFailing(x) || touches(x, cursor)))
  for (const edge of order) {
    const share = errorShare(edge)
    const failing = isFailing(edge)
    const text = share > 0 ? `${words.calls(edge.callCount)}  ${words.errors(share)}` : words.calls(edge.callCount)
    const width = context.measureText(text).width + 8 + (failing ? 14 : 0)
    for (const t of TRIED) {
      const [x, y] = pointAlong(edge.curve, t)
      const box: Box = [x - width / 2, y - 8, x + width / 2, y + 8]
      if (taken.some(other => overlap(box, other))) continue
      taken.push(box)
      context.fillStyle = colours['surface-0']
      context.fillRect(box[0], box[1], width, 16)
      let left = box[0] + 4
      if (failing) {
        context.fillStyle = colours.error
        drawDiamond(context, left + 4, y, 4.5, true)
        left += 14
      }
      context.fillStyle = failing ? colours.error : touches(edge, focus) ? colours['text-1'] : colours['text-3']
      context.fillText(text, left, y + 0.5)
      break
    }
  }
}

function drawNode(frame: Frame, node: GraphNode, { focus, cursor, words }: GraphDrawing): void {
  const { context, colours } = frame
  const left = node.x - NODE_WIDTH / 2
  const top = node.y - NODE_HEIGHT / 2
  const isFocus = node.name === focus
  context.fillStyle = isFocus ? colours['accent-soft'] : node.name === cursor ? colours.hover : colours['surface-0']
  context.strokeStyle = isFocus ? colours.accent : colours['line-control']
  context.lineWidth = isFocus ? 2 : 1
  context.beginPath()
  context.roundRect(left + 0.5, top + 0.5, NODE_WIDTH - 1, NODE_HEIGHT - 1, 3)
  context.fill()
  context.stroke()
  if (node.name === cursor) {
    context.strokeStyle = colours.focus
    context.lineWidth = 2
    context.beginPath()
    context.roundRect(left - 2.5, top - 2.5, NODE_WIDTH + 5, NODE_HEIGHT + 5, 5)
    context.stroke()
  }
  drawSpanBar(context, colours, serviceMark(node.name), left + 9, top + 7, 10, 10)
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  context.font = `${isFocus ? 600 : 400} 12px ${colours.font}`
  context.fillStyle = colours['text-1']
  const failing = node.callsIn > 0 && node.errorsIn / node.callsIn >= FAILING_FROM
  const room = NODE_WIDTH - 34 - (failing ? 14 : 0)
  context.fillText(
    fitText(node.name, room, text => context.measureText(text).width),
    left + 25,
    top + 12.5,
  )
  context.font = `11px ${colours.font}`
  context.fillStyle = colours['text-3']
  context.fillText(node.callsIn === 0 ? words.entry : words.calls(node.callsIn), left + 9, top + 27.5)
  if (node.errorsIn > 0) {
    context.textAlign = 'right'
    context.fillStyle = failing ? colours.error : colours['text-3']
    context.fillText(words.errors(node.errorsIn / node.callsIn), left + NODE_WIDTH - 9, top + 27.5)
  }
  if (failing) {
    context.fillStyle = colours.error
    drawDiamond(context, left + NODE_WIDTH - 14, top + 12, 4.5, true)
  }
}
