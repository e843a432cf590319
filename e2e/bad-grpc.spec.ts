/** What nobody should send, over gRPC, to a whole server: each is answered for what it is, at once, and harms nothing else. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2'
import { connect as connectSocket } from 'node:net'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type Spoor, expect, startSpoor, test as base } from './server.ts'

const test = base.extend<object, { guarded: Spoor }>({
  // Short waits, so that silence is seen to end.
  guarded: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright insists on a pattern, and there is nothing to name in it
    async ({}, use) => {
      const server = await startSpoor(['--body-timeout', '1s', '--header-timeout', '1s'])
      await use(server)
      await server.stop()
    },
    { scope: 'worker' },
  ],
})

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'

interface Told {
  readonly status: string
  readonly message: string
  /** Of the message that came back, without its prefix. */
  readonly body: Buffer
}

/** A message with its prefix of five bytes. */
function framed(message: Uint8Array, packed = false): Buffer {
  const prefix = Buffer.alloc(5)
  prefix[0] = packed ? 1 : 0
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

/** One call; `end: false` leaves it open. */
function call(session: ClientHttp2Session, bytes: Uint8Array, encoding = 'identity', end = true): Promise<Told> {
  const stream = session.request(
    {
      ':method': 'POST',
      ':path': EXPORT,
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-encoding': encoding,
    },
    { endStream: false },
  )
  return new Promise((resolve, reject) => {
    const told: IncomingHttpHeaders = {}
    const parts: Buffer[] = []
    stream.on('response', headers => Object.assign(told, headers))
    stream.on('trailers', headers => Object.assign(told, headers))
    stream.on('data', (part: Buffer) => parts.push(part))
    // A large body is refused before it has gone out: writing on may fail then, and the answer is there all the same.
    stream.on('error', error => (told['grpc-status'] === undefined ? reject(error) : undefined))
    stream.on('close', () => {
      const message = decodeURIComponent(told['grpc-message']?.toString() ?? '')
      resolve({ status: String(told['grpc-status']), message, body: Buffer.concat(parts).subarray(5) })
    })
    if (end) stream.end(bytes)
    else stream.write(bytes)
  })
}

function field(tag: number, content: Uint8Array): Buffer {
  const length: number[] = []
  let rest = content.length
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128)
  return Buffer.concat([Buffer.from([tag, ...length, rest]), content])
}

/** A request of one span a pair of ids; `attribute`: the value of an attribute, encoded. */
function requestOf(ids: readonly (readonly [Buffer, Buffer])[], attribute?: Buffer): Buffer {
  const key = field(0x0a, Buffer.from('k'))
  const attributes =
    attribute === undefined ? Buffer.alloc(0) : field(0x4a, Buffer.concat([key, field(0x12, attribute)]))
  const spans = ids.map(([trace, span]) =>
    field(0x12, Buffer.concat([field(0x0a, trace), field(0x12, span), field(0x2a, Buffer.from('x')), attributes])),
  )
  return field(0x0a, field(0x12, Buffer.concat(spans)))
}

/** An array in an array … `levels` deep, written from the inside out. */
function nested(levels: number): Buffer {
  // A level is two tags and two lengths of up to five bytes.
  const bytes = Buffer.alloc(levels * 12)
  let at = bytes.length
  const wrap = (tag: number): void => {
    const length: number[] = []
    let rest = bytes.length - at
    for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128)
    length.push(rest)
    at -= length.length + 1
    bytes[at] = tag
    bytes.set(length, at + 1)
  }
  for (let level = 0; level < levels; level++) {
    wrap(0x0a)
    wrap(0x2a)
  }
  return bytes.subarray(at)
}

/** MB in memory. */
function residentMb(server: Spoor): number {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/u.exec(status)?.[1] ?? Number.NaN) / 1024
}

const good = (): readonly [Buffer, Buffer] => [randomBytes(16), randomBytes(8)]
const zeros = (length: number): Buffer => Buffer.alloc(length)

test('undecodable, refused in part, too deep, too large, bombs: a status in words; the connection goes on', async ({
  guarded,
}) => {
  const session = connect(`http://127.0.0.1:${guarded.otlpGrpcPort}`)
  try {
    expect((await call(session, framed(requestOf([good()])))).status).toBe('0')
    const before = residentMb(guarded)

    const cut = await call(session, framed(Buffer.from([0x0a, 0x7f, 0x01])))
    expect(cut).toMatchObject({ status: '3', message: expect.stringMatching(/resourceSpans.*byte 1/u) })

    const [trace, span] = good()
    const ids = [[trace, span], [zeros(16), span], [trace, zeros(8)], [trace.subarray(1), span], good()] as const
    const partial = await call(session, framed(requestOf(ids)))
    expect(partial.status).toBe('0')
    expect(partial.body.toString()).toContain('3 of 5 spans were not kept')
    const kept = await fetch(`${guarded.origin}/api/traces/${trace.toString('hex')}`)
    expect(((await kept.json()) as { data: { spans: unknown[] }[] }).data[0].spans).toHaveLength(1)

    const deep = await call(session, framed(requestOf([good()], nested(1_000_000))))
    expect(deep.status).toBe('0')
    expect(deep.body.toString()).toContain('1 with values nested too deep')

    const bomb = zeros(256 * 1024 * 1024)
    for (const [encoding, packed] of [
      ['gzip', gzipSync(bomb)],
      ['zstd', zstdCompressSync(bomb)],
    ] as const) {
      for (let k = 0; k < 5; k++) {
        const told = await call(session, framed(packed, true), encoding)
        expect(told).toMatchObject({
          status: '8',
          message: expect.stringMatching(/unpacks to more than \d+, expected at most/u),
        })
      }
    }
    // Its length is enough to refuse it.
    const large = framed(Buffer.alloc(10))
    large.writeUInt32BE(0x7fffffff, 1)
    expect((await call(session, large, 'identity', false)).status).toBe('8')
    expect((await call(session, framed(zeros(100)), 'snappy')).status).toBe('12')
    expect((await call(session, Buffer.from([9, 0, 0, 0, 0]))).status).toBe('3')

    const silent = await call(session, framed(zeros(1000)).subarray(0, 100), 'identity', false)
    expect(silent.status).toBe('4')

    expect((await call(session, framed(requestOf([good()])))).status).toBe('0')
    // One request of 64 MiB may be in the room of its thread still.
    expect(residentMb(guarded) - before).toBeLessThan(200)
  } finally {
    session.destroy()
  }
})

test('what is no HTTP/2 is let go; others are served', async ({ guarded }) => {
  for (const text of [
    'GET / HTTP/1.1\r\nhost: a\r\n\r\n',
    randomBytes(500),
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\0',
  ]) {
    const socket = connectSocket(guarded.otlpGrpcPort, '127.0.0.1', () => socket.write(text))
    await new Promise<void>(resolve => {
      socket.on('error', () => undefined)
      socket.on('data', () => undefined)
      socket.on('close', () => resolve())
      // The third has begun well: it is let go when it stays silent, which may take longer than this test.
      setTimeout(() => socket.destroy(), 3000)
    })
  }
  const session = connect(`http://127.0.0.1:${guarded.otlpGrpcPort}`)
  expect((await call(session, framed(requestOf([good()])))).status).toBe('0')
  session.destroy()
  expect(guarded.lines.filter(line => line.includes('"level":"error"'))).toEqual([])
})
