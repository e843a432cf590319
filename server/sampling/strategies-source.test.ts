import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Log } from '#server/telemetry/logger.ts'
import { openStrategies } from './strategies-source.ts'

let folder: string
let file: string
const lines: string[] = []
const write =
  (level: string) =>
  (_fields: object, message: string): void =>
    void lines.push(`${level} ${message}`)
const log: Log = {
  debug: write('debug'),
  info: write('info'),
  warn: write('warn'),
  error: write('error'),
  child: () => log,
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-strategies-'))
  file = join(folder, 'strategies.json')
})
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => void lines.splice(0))

const rate = (param: number): string => JSON.stringify({ default_strategy: { type: 'probabilistic', param } })

test('without a place the default stands for every service', async () => {
  const source = await openStrategies({ place: '', reloadMs: 1, defaultRate: 1, log })
  expect(source.strategyOf('a')).toEqual({ service: { kind: 'probabilistic', rate: 1 } })
  expect(source.state).toEqual({ place: undefined, defaultRate: 1, services: 0, readAt: undefined, problem: undefined })
  source.close()
})

test('a changed file is in force by itself; one that is broken leaves what was, and is told once', async () => {
  writeFileSync(file, rate(0.25))
  const source = await openStrategies({ place: file, reloadMs: 10, defaultRate: 1, log })
  expect(source.strategyOf('a').service).toEqual({ kind: 'probabilistic', rate: 0.25 })
  writeFileSync(file, rate(0.125))
  await expect.poll(() => source.strategyOf('a').service).toEqual({ kind: 'probabilistic', rate: 0.125 })
  writeFileSync(file, '{"default_strategy": 1 }')
  await expect.poll(() => source.state.problem).toContain('line 1: default_strategy: got 1')
  await source.reload()
  await source.reload()
  expect(source.strategyOf('a').service).toEqual({ kind: 'probabilistic', rate: 0.125 })
  expect(lines.filter(line => line.startsWith('error'))).toHaveLength(1)
  rmSync(file)
  await source.reload()
  expect(source.state.problem).toContain('ENOENT')
  writeFileSync(file, rate(0.5))
  await expect.poll(() => source.strategyOf('a').service).toEqual({ kind: 'probabilistic', rate: 0.5 })
  expect(source.state.problem).toBeUndefined()
  source.close()
})

test('a file that is wrong from the start is an error', async () => {
  writeFileSync(file, '[')
  await expect(openStrategies({ place: file, reloadMs: 0, defaultRate: 1, log })).rejects.toThrow('line 1')
  const none = join(folder, 'none.json')
  await expect(openStrategies({ place: none, reloadMs: 0, defaultRate: 1, log })).rejects.toThrow('ENOENT')
})

test('an address is asked again; 503 means the defaults, another failure keeps what was', async () => {
  let answer = { status: 200, body: rate(0.25) }
  const server = createServer((_request, response) => response.writeHead(answer.status).end(answer.body))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const place = `http://127.0.0.1:${(server.address() as AddressInfo).port}/strategies`
  const source = await openStrategies({ place, reloadMs: 0, defaultRate: 1, log })
  expect(source.strategyOf('a').service).toEqual({ kind: 'probabilistic', rate: 0.25 })
  answer = { status: 500, body: '' }
  await source.reload()
  expect(source.strategyOf('a').service).toEqual({ kind: 'probabilistic', rate: 0.25 })
  expect(source.state.problem).toContain('answered 500')
  answer = { status: 503, body: '' }
  await source.reload()
  expect(source.strategyOf('a').service).toEqual({ kind: 'probabilistic', rate: 1 })
  answer = { status: 200, body: rate(0.5) }
  await source.reload()
  expect(source.strategyOf('a').service).toEqual({ kind: 'probabilistic', rate: 0.5 })
  source.close()
  server.close()
})
