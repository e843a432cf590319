/**
 * One attribute value, made up anew each time, followed from the socket to the pixels: it is looked for behind each of the nine doors
 * of ARCHITECTURE.md ("How a span travels"), by whoever stands there. A second value, in a span that has no id, must stay behind at
 * the third.
 */
import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { type Page, expect, test } from '@playwright/test'
import { loadTrace } from '#app/api/load-trace.ts'
import { serviceMark } from '#app/theme/service-colour.ts'
import { foldRuns } from '#app/views/timeline/fold-runs.ts'
import { type Bar, barsScale, DESKTOP_ROW, layoutBars } from '#app/views/timeline/layout.ts'
import { SPANS_MEDIA_TYPE } from '#shared/api/spoor.ts'
import { OtlpJsonDecoder } from '#shared/formats/otlp/decode-json.ts'
import { encodeOtlpProtobuf } from '#shared/formats/otlp/encode-protobuf.ts'
import { decodeSpanTable } from '#shared/spans/binary/decode-span-table.ts'
import { parseTraceId, type TraceId } from '#shared/spans/ids.ts'
import { Span } from '#shared/spans/span.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { ALL_OPEN, rowChoices } from '#shared/trace/folding.ts'
import { PLAIN_TIME } from '#shared/trace/time-map.ts'
import { visibleRows } from '#shared/trace/visible-rows.ts'
import { otlpJson } from './send-spans.ts'
import { startWatchedServer } from './watched-server.ts'

const SERVICE = 'ninth'

/** 30 % to 70 % of its trace. */
function requestOf(traceId: TraceId, value: string): Buffer {
  const root = {
    service: SERVICE,
    name: 'around',
    at: 0,
    ms: 1000,
    below: [{ service: SERVICE, name: 'inside', at: 300, ms: 400, attributes: { 'door.key': value } }],
  }
  const rows = new SpanTableBuilder()
  new OtlpJsonDecoder().decode(Buffer.from(otlpJson(traceId, root, Date.now() - 5000)), rows)
  return Buffer.from(encodeOtlpProtobuf(rows))
}

/** The same of one span whose id is zeros: nothing of ours can write that, so the bytes are changed. */
function requestWithoutId(traceId: TraceId, value: string): Buffer {
  const spanId = randomBytes(8)
  const span = {
    traceId,
    spanId: spanId.toString('hex'),
    name: 'refused',
    startTimeUnixNano: '1',
    endTimeUnixNano: '2',
    attributes: [{ key: 'door.key', value: { stringValue: value } }],
  }
  const rows = new SpanTableBuilder()
  const request = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })
  new OtlpJsonDecoder().decode(Buffer.from(request), rows)
  const bytes = Buffer.from(encodeOtlpProtobuf(rows))
  return bytes.fill(0, bytes.indexOf(spanId), bytes.indexOf(spanId) + spanId.length)
}

/** From here on `window.fromWorkers` holds every byte and text that a worker of the page has sent it. */
async function watchWorkers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const texts: string[] = []
    const latin1 = new TextDecoder('latin1')
    const read = (value: unknown): void => {
      if (typeof value === 'string') texts.push(value)
      else if (ArrayBuffer.isView(value)) {
        texts.push(latin1.decode(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)))
      } else if (value instanceof Map || value instanceof Set) for (const one of value) read(one)
      else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) read(one)
    }
    window.Worker = class extends Worker {
      constructor(...rest: ConstructorParameters<typeof Worker>) {
        super(...rest)
        this.addEventListener('message', ({ data }) => read(data))
      }
    }
    Object.assign(window, { fromWorkers: texts })
  })
}

interface Pixels {
  readonly bar: string
  readonly beside: string
  /** What the tokens say. */
  readonly service: string
}

/** Colours, as `r,g,b`, in the middle of a bar and ten pixels left of it, and what that service's colour is. */
function pixelsAt(page: Page, bar: Bar, slot: number): Promise<Pixels> {
  return page
    .getByRole('region', { name: 'Timeline' })
    .locator('canvas')
    .last()
    .evaluate(
      (canvas: HTMLCanvasElement, at) => {
        const probe = document.createElement('canvas').getContext('2d')
        const context = canvas.getContext('2d')
        if (probe === null || context === null) throw new Error('no context')
        const colour = (from: CanvasRenderingContext2D, x: number, y: number): string => {
          const ratio = from === context ? devicePixelRatio : 1
          return Array.from(
            from.getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, 1).data.slice(0, 3),
          ).join()
        }
        const element = document.createElement('i')
        element.style.color = `var(--svc-${at.slot})`
        document.body.append(element)
        probe.fillStyle = getComputedStyle(element).color
        element.remove()
        probe.fillRect(0, 0, 1, 1)
        return {
          bar: colour(context, at.x, at.y),
          beside: colour(context, at.left, at.y),
          service: colour(probe, 0, 0),
        }
      },
      { x: bar.x + bar.width / 2, left: bar.x - 10, y: bar.y + bar.height / 2, slot },
    )
}

test('a value that was sent is found at every door, and one that was refused behind none', async ({ page }) => {
  const value = `nine-doors-${randomBytes(12).toString('hex')}`
  const refused = `no-door-${randomBytes(12).toString('hex')}`
  const traceId = parseTraceId(randomBytes(16).toString('hex'))
  if (traceId === undefined) throw new Error('16 bytes are an id')
  const server = await startWatchedServer()
  const { seen } = server
  const send = async (body: Buffer): Promise<number> => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' }
    return (await fetch(server.otlp, { method: 'POST', headers, body: gzipSync(body) })).status
  }
  const never = new AbortController().signal
  try {
    expect(await send(requestOf(traceId, value))).toBe(200)
    expect(await send(requestWithoutId(traceId, refused))).toBe(200)

    await test.step('1 socket: a request became bytes', () => {
      expect(seen.bytes).toContain(value)
      expect(seen.bytes).toContain(refused)
    })
    await test.step('2 decode: bytes became rows', () => expect(seen.decoded).toContain(`["door.key","${value}"]`))
    await test.step('3 accept: kept, or refused with a reason', () => {
      expect(seen.accepted).toContain(`["door.key","${value}"]`)
      expect(seen.accepted).not.toContain(refused)
      const [kept, not] = ['stored', 'received'].map(what =>
        server.ledger.report().lines.reduce((sum, line) => sum + Number(line[what as 'stored']), 0),
      )
      expect([kept, not]).toEqual([2, 3])
    })
    await test.step('4 write: in the log when it is acknowledged, later in a block', async () => {
      expect(server.logs()).toContain(value)
      await server.seal()
      expect(server.logs()).not.toContain(value)
      expect(server.inBlocks(traceId)).toContain(`["door.key","${value}"]`)
      expect(server.inBlocks(traceId)).not.toContain(refused)
    })
    await test.step('5 read: by id, and by the value', async () => {
      const table = await server.reader.readTrace(traceId, never)
      expect(table.rowCount).toBe(2)
      const values = [0, 1].flatMap(row => new Span(table, row).attributes)
      expect(values).toEqual([{ key: 'door.key', value: { type: 'string', value } }])
      const find = (text: string) =>
        server.reader.findTraces(
          {
            where: {
              node: 'compare',
              field: { kind: 'attribute', scope: 'span', key: 'door.key' },
              operator: '=',
              value: { type: 'string', value: text },
            },
            from: 0n,
            to: BigInt(Date.now()) * 1_000_000n,
            limit: 10,
          },
          never,
        )
      expect((await find(value)).traces.map(trace => trace.traceId)).toEqual([traceId])
      expect((await find(refused)).traces).toEqual([])
    })
    const binary = await test.step('6 route: a binary table, OTLP JSON, and Jaeger’s JSON', async () => {
      const get = async (path: string, accept: string): Promise<Buffer> => {
        const answer = await fetch(`${server.origin}${path}`, { headers: { accept } })
        expect(answer.status).toBe(200)
        return Buffer.from(await answer.arrayBuffer())
      }
      const table = await get(`/api/spoor/traces/${traceId}`, SPANS_MEDIA_TYPE)
      const otlp = await get(`/api/spoor/traces/${traceId}`, 'application/json')
      const jaeger = await get(`/api/traces/${traceId}`, 'application/json')
      for (const answer of [table, otlp, jaeger]) {
        expect(answer.includes(value)).toBe(true)
        expect(answer.includes(refused)).toBe(false)
      }
      return table
    })

    await watchWorkers(page)
    await page.goto(`${server.origin}/trace/${traceId}`)
    const timeline = page.getByRole('region', { name: 'Timeline' })
    await expect(timeline.getByRole('row')).toHaveCount(2)
    await test.step('7 fetch: the worker gave the page a trace that has it', async () => {
      const found = (): Promise<boolean> =>
        page.evaluate(
          text => (window as unknown as { fromWorkers: string[] }).fromWorkers.some(one => one.includes(text)),
          value,
        )
      await expect.poll(found).toBe(true)
    })
    const canvas = timeline.locator('canvas').last()
    const { bar, own } = await test.step('8 lay out: its span has a rectangle', async () => {
      const { trace } = loadTrace(decodeSpanTable(new Uint8Array(binary)), traceId, true)
      const rows = visibleRows(trace, rowChoices(trace, ALL_OPEN))
      const width = await canvas.evaluate(element => element.clientWidth)
      const scale = barsScale({ start: 0, end: trace.durationNs }, width, false, PLAIN_TIME)
      const slice = { first: 0, end: rows.count, top: 0 }
      const bars = layoutBars(trace, rows, slice, scale, DESKTOP_ROW, foldRuns(trace))
      const ofValue = bars.filter(({ span }) =>
        new Span(trace.table, trace.row[span]).attributes.some(
          one => 'value' in one.value && one.value.value === value,
        ),
      )
      expect(ofValue).toHaveLength(1)
      expect(scale.time(ofValue[0].x)).toBeCloseTo(300e6, -2)
      return { bar: ofValue[0], own: new Span(trace.table, trace.row[ofValue[0].span]) }
    })
    await test.step('9 draw: the rectangle has its colour, and what is pressed there is the span with the value', async () => {
      const { slot } = serviceMark(SERVICE)
      await expect
        .poll(async () => (await pixelsAt(page, bar, slot)).bar)
        .toBe((await pixelsAt(page, bar, slot)).service)
      const pixels = await pixelsAt(page, bar, slot)
      expect(pixels.beside).not.toBe(pixels.service)
      await canvas.click({ position: { x: bar.x + bar.width / 2, y: bar.y + bar.height / 2 }, force: true })
      const detail = page.getByRole('complementary', { name: 'Span' })
      await expect(detail).toContainText('inside')
      await expect(detail.getByText(value)).toBeVisible()
      await expect(page).toHaveURL(new RegExp(`span=${own.spanId}`, 'u'))
    })
  } finally {
    await server.stop()
  }
})
