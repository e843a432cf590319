// Services and calls -> boxes and curves: what Graphviz is asked, and what is read from its answer. Pure; the layout itself
// runs elsewhere (it is a megabyte of WebAssembly). Lengths in CSS pixels, y downwards.

/** Calls from one service to another in the time asked for. */
export interface ServiceCall {
  readonly parent: string
  readonly child: string
  readonly callCount: number
  readonly errorCount: number
}

/** A service with what it was called and what it called. */
export interface ServiceTotals {
  readonly name: string
  readonly callsIn: number
  readonly errorsIn: number
  readonly callsOut: number
}

export interface GraphNode extends ServiceTotals {
  /** Centre. */
  readonly x: number
  readonly y: number
}

export interface GraphEdge extends ServiceCall {
  /** x, y pairs: a start, then three points for each Bézier piece; the arrow's tip is not among them. */
  readonly curve: Float64Array
  readonly tip: readonly [x: number, y: number]
}

export interface GraphLayout {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  readonly width: number
  readonly height: number
}

/** Size of a node's box. */
export const NODE_WIDTH = 132
export const NODE_HEIGHT = 38
/** Between ranks there must be room for an edge's label. */
const RANK_GAP = 84
const NODE_GAP = 26
/** Graphviz counts nodes in inches and places in points. */
const PER_INCH = 72
/** With more edges than this, straight ones: routing curves around nodes takes most of the time. */
const CURVED_UP_TO = 2000

/** Every service that calls or is called, by name. */
export function serviceTotals(calls: readonly ServiceCall[]): readonly ServiceTotals[] {
  const totals = new Map<string, { callsIn: number; errorsIn: number; callsOut: number }>()
  const of = (name: string): { callsIn: number; errorsIn: number; callsOut: number } => {
    const known = totals.get(name)
    if (known !== undefined) return known
    const fresh = { callsIn: 0, errorsIn: 0, callsOut: 0 }
    totals.set(name, fresh)
    return fresh
  }
  for (const { parent, child, callCount, errorCount } of calls) {
    of(parent).callsOut += callCount
    const called = of(child)
    called.callsIn += callCount
    called.errorsIn += errorCount
  }
  return [...totals]
    .map(([name, sums]) => ({ name, ...sums }))
    .sort((x, y) => (x.name < y.name ? -1 : x.name > y.name ? 1 : 0))
}

/** The calls that begin or end at `service`. */
export function callsAround(calls: readonly ServiceCall[], service: string): readonly ServiceCall[] {
  return calls.filter(({ parent, child }) => parent === service || child === service)
}

type Attributes = Record<string, string | number | boolean>

/** A graph as @viz-js/viz takes it. Nodes are called by number, so that no name of a service is ever syntax. */
export interface LayoutRequest {
  readonly directed: true
  readonly graphAttributes: Attributes
  readonly nodeAttributes: Attributes
  readonly nodes: { name: string }[]
  readonly edges: { tail: string; head: string; attributes: Attributes }[]
}

export function layoutRequest(calls: readonly ServiceCall[]): LayoutRequest {
  const services = serviceTotals(calls)
  const number = new Map(services.map(({ name }, index) => [name, `n${index}`]))
  const most = calls.reduce((largest, { callCount }) => Math.max(largest, callCount), 1)
  return {
    directed: true,
    graphAttributes: {
      rankdir: 'LR',
      ranksep: RANK_GAP / PER_INCH,
      nodesep: NODE_GAP / PER_INCH,
      splines: calls.length > CURVED_UP_TO ? 'line' : 'spline',
    },
    nodeAttributes: {
      shape: 'box',
      fixedsize: true,
      label: '',
      width: NODE_WIDTH / PER_INCH,
      height: NODE_HEIGHT / PER_INCH,
    },
    // Rings are cut open where the walk from the first nodes comes back: it begins where calls come in from outside.
    nodes: services
      .toSorted((x, y) => Number(x.callsIn > 0) - Number(y.callsIn > 0) || y.callsOut - x.callsOut)
      .map(({ name }) => ({ name: number.get(name) ?? '' })),
    edges: calls.map(({ parent, child, callCount }) => ({
      tail: number.get(parent) ?? '',
      head: number.get(child) ?? '',
      // Busy edges are kept short and straight.
      attributes: { weight: 1 + Math.round((Math.log1p(callCount) / Math.log1p(most)) * 8) },
    })),
  }
}

/** The part of Graphviz's JSON that is read. */
interface Answer {
  readonly bb: string
  readonly objects?: readonly { readonly name: string; readonly pos: string }[]
  readonly edges?: readonly { readonly tail: number; readonly head: number; readonly pos: string }[]
}

/** The places in Graphviz's JSON for `calls` (the same that `layoutRequest` was given). Throws when it is not theirs. */
export function readLayout(calls: readonly ServiceCall[], json: unknown): GraphLayout {
  const answer = json as Answer
  const services = serviceTotals(calls)
  const [, , width, height] = answer.bb.split(',').map(Number)
  const objects = answer.objects ?? []
  if (objects.length !== services.length) throw new Error(`${objects.length} places for ${services.length} services`)
  const nodes = objects.map(({ name, pos }): GraphNode => {
    const [x, y] = pos.split(',').map(Number)
    return { ...services[Number(name.slice(1))], x, y: height - y }
  })
  const byPair = new Map((answer.edges ?? []).map(edge => [`${edge.tail} ${edge.head}`, edge]))
  const place = new Map(nodes.map(({ name }, index) => [name, index]))
  const edges = calls.map((call): GraphEdge => {
    const edge = byPair.get(`${place.get(call.parent)} ${place.get(call.child)}`)
    if (edge === undefined) throw new Error(`no edge from ${call.parent} to ${call.child}`)
    return { ...call, ...readCurve(edge.pos, height) }
  })
  return { nodes, edges, width, height }
}

/** `e,x,y x,y …`: the tip, then the points of the curve. */
function readCurve(pos: string, height: number): { curve: Float64Array; tip: readonly [number, number] } {
  const curve: number[] = []
  let tip: readonly [number, number] | undefined
  for (const part of pos.split(' ')) {
    const end = part.startsWith('e,')
    const [x, y] = (end ? part.slice(2) : part).split(',').map(Number)
    if (end) tip = [x, height - y]
    else curve.push(x, height - y)
  }
  return { curve: Float64Array.from(curve), tip: tip ?? [curve[curve.length - 2], curve[curve.length - 1]] }
}

/** The point at share `t` (0…1) of a curve, by its pieces. */
export function pointAlong(curve: Float64Array, t: number): readonly [x: number, y: number] {
  const pieces = Math.max(1, Math.floor((curve.length / 2 - 1) / 3))
  const whole = Math.min(pieces - 1, Math.floor(t * pieces))
  const u = t * pieces - whole
  const at = whole * 6
  const v = 1 - u
  const mix = (k: number): number =>
    v ** 3 * curve[at + k] +
    3 * v * v * u * curve[at + 2 + k] +
    3 * v * u * u * curve[at + 4 + k] +
    u ** 3 * curve[at + 6 + k]
  return [mix(0), mix(1)]
}

/** Index of the node whose box holds the point, −1 for none. */
export function nodeAt({ nodes }: GraphLayout, x: number, y: number): number {
  return nodes.findIndex(node => Math.abs(node.x - x) <= NODE_WIDTH / 2 && Math.abs(node.y - y) <= NODE_HEIGHT / 2)
}

export type Step = 'caller' | 'called' | 'above' | 'below'

/**
 * The node that the arrow keys go to from `from`: along the busiest edge to a caller or a called one, or to the nearest of
 * the same rank. `from` itself when there is none.
 */
export function stepFrom({ nodes, edges }: GraphLayout, from: number, step: Step): number {
  const here = nodes[from]
  const index = (name: string): number => nodes.findIndex(node => node.name === name)
  if (step === 'caller' || step === 'called') {
    let best: GraphEdge | undefined
    for (const edge of edges) {
      if (edge.parent === edge.child) continue
      if ((step === 'called' ? edge.parent : edge.child) !== here.name) continue
      if (best === undefined || edge.callCount > best.callCount) best = edge
    }
    return best === undefined ? from : index(step === 'called' ? best.child : best.parent)
  }
  let best = from
  for (const [i, node] of nodes.entries()) {
    const distance = step === 'above' ? here.y - node.y : node.y - here.y
    if (distance <= 0 || Math.abs(node.x - here.x) > NODE_WIDTH / 2) continue
    if (best === from || distance < Math.abs(nodes[best].y - here.y)) best = i
  }
  return best
}
