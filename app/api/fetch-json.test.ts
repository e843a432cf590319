import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { ApiError, errorParts, fetchJson } from './fetch-json.ts'
import { retryDelay, shouldRetry } from './query-client.ts'

const answers: Record<string, (response: ServerResponse) => void> = {
  '/good': response => response.setHeader('content-type', 'application/json').end('{"n":7}'),
  '/shape': response => response.setHeader('content-type', 'application/json').end('{"n":"seven"}'),
  '/page': response => response.setHeader('content-type', 'text/html').end('<h1>Not Spoor</h1>'),
  '/problem': response =>
    response
      .writeHead(400, { 'content-type': 'application/problem+json' })
      .end(
        '{"title":"Invalid parameter","status":400,"code":"invalid_parameter","detail":"limit is 0; expected 1 to 1500","field":"limit","seen":"0","expected":"1 to 1500"}',
      ),
  '/never': () => undefined,
  '/cut': response => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
    response.write('{"n"')
    setTimeout(() => response.destroy(), 20)
  },
}

let server: Server
let origin: string

beforeAll(async () => {
  server = createServer((request, response) => answers[request.url ?? '']?.(response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const Answer = z.object({ n: z.number() })
const ask = (path: string, signal?: AbortSignal): Promise<{ n: number }> =>
  fetchJson(new URL(path, origin), Answer, signal)
const failure = async (promise: Promise<unknown>): Promise<ApiError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ApiError)) throw new Error(`expected an ApiError, got ${String(error)}`)
  return error
}

test('a good answer is checked and handed on', async () => {
  expect(await ask('/good')).toEqual({ n: 7 })
})

test('a problem keeps its code, field, seen and expected', async () => {
  const { parts, retryable } = await failure(ask('/problem'))
  expect(parts).toMatchObject({
    code: 'invalid_parameter',
    status: 400,
    detail: 'limit is 0; expected 1 to 1500',
    field: 'limit',
    seen: '0',
    expected: '1 to 1500',
  })
  expect(retryable).toBe(false)
})

test('an answer of another shape, or a page of another program, is unreadable and says which address', async () => {
  expect((await failure(ask('/shape'))).parts).toMatchObject({ code: 'unreadable', status: 200 })
  expect((await failure(ask('/shape'))).message).toMatch(/^\/shape: the answer is not as promised: /u)
  expect((await failure(ask('/page'))).message).toBe('/page: the answer is not JSON')
})

test('no answer, or half of one, is an error that may pass', async () => {
  const dead = await failure(fetchJson(new URL('http://127.0.0.1:1/x'), Answer, undefined))
  expect(dead.parts).toMatchObject({ code: 'network', status: 0, detail: 'no answer from http://127.0.0.1:1/x' })
  expect(dead.retryable).toBe(true)
  expect((await failure(ask('/cut'))).code).toBe('unreadable')
})

test('an aborted question rejects with the reason, not with an error of the server', async () => {
  const controller = new AbortController()
  const answer = ask('/never', controller.signal)
  controller.abort(new Error('left the page'))
  await expect(answer).rejects.toThrow('left the page')
})

test('Jaeger’s envelope is understood', () => {
  const text = '{"data":null,"total":0,"limit":0,"offset":0,"errors":[{"code":404,"msg":"trace not found"}]}'
  expect(errorParts(404, 'application/json', text)).toEqual({
    code: 'not_found',
    status: 404,
    detail: 'trace not found',
  })
})

test.each([
  [502, 'text/html', '<html>', 'internal'],
  [503, 'application/json', '[]', 'store_unavailable'],
  [413, 'application/json', '{', 'too_large'],
  [418, '', '', 'unreadable'],
  [429, 'application/problem+json', '{"code":"made-up"}', 'overloaded'],
])('an answer %d of %s %s is told by its status alone', (status, type, text, code) => {
  expect(errorParts(status, type, text)).toEqual({ code, status, detail: `the server answered ${status}` })
})

test('only what may pass is asked again, twice, half a second and a second later', () => {
  const passing = new ApiError({ code: 'overloaded', status: 429, detail: '' })
  const refused = new ApiError({ code: 'invalid_query', status: 400, detail: '' })
  expect([0, 1, 2].map(failures => shouldRetry(failures, passing))).toEqual([true, true, false])
  expect(shouldRetry(0, refused)).toBe(false)
  expect(shouldRetry(0, new TypeError('a bug'))).toBe(false)
  expect([0, 1].map(retryDelay)).toEqual([500, 1000])
})
