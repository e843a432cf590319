import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { fastify } from 'fastify'
import { expect, test } from 'vitest'
import { createLogger, type LoggerOptions } from './logger.ts'

function collected(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = []
  const log = createLogger({ level: 'debug', format: 'json', write: line => void lines.push(line), ...options })
  return { log, lines, parsed: () => lines.map(line => JSON.parse(line) as Record<string, unknown>) }
}

test('one JSON object a line: level, ts in seconds, msg, fields', () => {
  const { log, lines, parsed } = collected({ fields: { worker: 2 } })
  const before = Date.now() / 1000
  log.info({ port: 4318 }, 'listening\nhere')
  log.child({ protocol: 'otlp' }).error({ err: new Error('broken') }, 'failed')
  expect(lines.every(line => line.endsWith('\n') && line.indexOf('\n') === line.length - 1)).toBe(true)
  const [first, second] = parsed()
  expect(first).toEqual({ level: 'info', ts: expect.any(Number), worker: 2, port: 4318, msg: 'listening\nhere' })
  expect(first['ts']).toBeGreaterThanOrEqual(before)
  expect(first['ts']).toBeLessThanOrEqual(Date.now() / 1000)
  expect(second).toMatchObject({ level: 'error', protocol: 'otlp', err: { type: 'Error', message: 'broken' } })
})

test('lines below the level are left out', () => {
  const { log, lines } = collected({ level: 'warn' })
  log.info({}, 'no')
  log.warn({}, 'yes')
  expect(lines.length).toBe(1)
})

test('secrets and queries of URLs stay out, also in what Fastify logs', async () => {
  const { log, lines } = collected()
  log.info({ headers: { authorization: 'Bearer s3cret', 'x-api-key': 's3cret', host: 'a' } }, 'request')
  log.info(
    { call: { headers: { cookie: 's3cret' } }, authorization: 's3cret', metadata: { authorization: 's3cret' } },
    'call',
  )
  const app = fastify({ loggerInstance: log })
  app.get('/api/traces', () => 'x')
  await app.inject({ url: '/api/traces?tags=s3cret', headers: { authorization: 's3cret' } })
  await app.close()
  expect(lines.length).toBeGreaterThanOrEqual(4)
  expect(lines.join('')).not.toContain('s3cret')
  expect(lines.join('')).toContain('"path":"/api/traces"')
})

test('text is readable and cannot move the cursor', () => {
  const { log, lines } = collected({ format: 'auto', terminal: true })
  log.warn({ port: 4318, name: 'a b', evil: '\u001B[2J\u009B2J' }, 'hello \u001B[2J\nthere')
  log.error({ err: new RangeError('out') }, 'failed')
  expect(lines[0].slice(0, 12)).toMatch(/^\d\d:\d\d:\d\d\.\d{3}$/)
  expect(lines[0].slice(12)).toBe(
    ' \u001B[33mWARN \u001B[0m hello \uFFFD[2J\uFFFDthere  port=4318 name="a b" evil="\\u001b[2J\\u009b2J"\n',
  )
  expect(lines[1]).toMatch(/failed {2}err="RangeError: out"\n {4}at .*\n/)
})

test('auto is JSON when nobody watches', () => {
  const { log, parsed } = collected({ format: 'auto', terminal: false })
  log.info({}, 'x')
  expect(parsed()[0]).toMatchObject({ msg: 'x' })
})

test('lines of threads do not mix, however slow the reader is', async () => {
  const program = `
    import { isMainThread, Worker } from 'node:worker_threads'
    import { createLogger } from '${new URL('./logger.ts', import.meta.url).href}'
    if (isMainThread) for (let i = 0; i < 2; i++) new Worker(new URL(import.meta.url))
    const log = createLogger({ level: 'info', format: 'json' })
    for (let i = 0; i < 500; i++) log.info({ i, fill: 'x'.repeat(i % 3000) }, 'line')
  `
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      program.replace('new URL(import.meta.url)', JSON.stringify(program) + ', { eval: true }'),
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: fileURLToPath(new URL('.', import.meta.url)),
    },
  )
  let output = ''
  child.stdout.on('data', chunk => {
    output += String(chunk)
    child.stdout.pause()
    setTimeout(() => child.stdout.resume(), 1)
  })
  await once(child, 'close')
  const lines = output
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as { msg: string })
  expect(lines.length).toBe(1500)
})
