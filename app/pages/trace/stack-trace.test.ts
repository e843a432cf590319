import { expect, test } from 'vitest'
import { foldFrames, parseStackTrace } from './stack-trace.ts'

const told = (text: string) =>
  parseStackTrace(text)?.map(({ message, cause, frames, left }) => [
    `${cause ? 'because ' : ''}${message}`,
    ...frames.map(({ name, place, library }) => `${name} @ ${place}${library ? ' lib' : ''}`),
    ...(left > 0 ? [`${left} left`] : []),
  ])

test('JavaScript, with a cause', () => {
  expect(
    told(`Error: deadline of 50ms exceeded
    at FeatureClient.batchGet (/app/src/features/client.ts:118:11)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at async /app/src/score/scorer.ts:74:3
    at Object.onceWrapper (/app/node_modules/x/index.js:1:1) {
  [cause]: TypeError: x is not a function
      at run (/app/src/run.ts:3:1)`),
  ).toEqual([
    [
      'Error: deadline of 50ms exceeded',
      'FeatureClient.batchGet @ features/client.ts:118',
      'process.processTicksAndRejections @ process/task_queues:95 lib',
      '<anonymous> @ score/scorer.ts:74',
      'Object.onceWrapper @ x/index.js:1 lib',
    ],
    ['because [cause]: TypeError: x is not a function', 'run @ src/run.ts:3'],
  ])
})

test('Java, with causes and left out frames', () => {
  expect(
    told(`java.lang.IllegalStateException: no stock
\tat com.shop.Cart.reserve(Cart.java:42)
\tat org.springframework.web.Filter.doFilter(Filter.java:101)
Caused by: java.sql.SQLException: lock
timeout
\tat com.shop.Db.query(Db.java:7)
\t... 12 more`),
  ).toEqual([
    [
      'java.lang.IllegalStateException: no stock',
      'com.shop.Cart.reserve @ Cart.java:42',
      'org.springframework.web.Filter.doFilter @ Filter.java:101 lib',
    ],
    ['because java.sql.SQLException: lock\ntimeout', 'com.shop.Db.query @ Db.java:7', '12 left'],
  ])
})

test('Python, whose last line comes first', () => {
  expect(
    told(`Traceback (most recent call last):
  File "/app/shop/db.py", line 7, in query
    cursor.execute(sql)
KeyError: 'sku'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/usr/lib/python3/site-packages/django/core.py", line 55, in inner
    response = get_response(request)
  File "/app/shop/views.py", line 12, in checkout
    raise ValueError("no stock")
ValueError: no stock`),
  ).toEqual([
    ['ValueError: no stock', 'checkout @ shop/views.py:12', 'inner @ django/core.py:55 lib'],
    ["because KeyError: 'sku'", 'query @ shop/db.py:7'],
  ])
})

test('Go, .NET and Ruby', () => {
  expect(
    told(`goroutine 1 [running]:
main.(*Cart).Reserve(0xc000010000, 0x2)
\t/app/cart/cart.go:42 +0x1d
net/http.HandlerFunc.ServeHTTP(...)
\t/usr/local/go/src/net/http/server.go:2166 +0x29`),
  ).toEqual([
    [
      'goroutine 1 [running]:',
      'main.(*Cart).Reserve @ cart/cart.go:42',
      'net/http.HandlerFunc.ServeHTTP @ http/server.go:2166 lib',
    ],
  ])
  expect(
    told(`System.InvalidOperationException: no stock
   at Shop.Cart.Reserve(String sku) in /app/Cart.cs:line 42
   at System.Threading.Tasks.Task.Run(Action a)`),
  ).toEqual([
    [
      'System.InvalidOperationException: no stock',
      'Shop.Cart.Reserve @ app/Cart.cs:42',
      'System.Threading.Tasks.Task.Run @  lib',
    ],
  ])
  expect(told(`cart.rb:42:in 'reserve': no stock (RuntimeError)\n\tfrom app/shop.rb:7:in \`checkout'`)).toEqual([
    ["cart.rb:42:in 'reserve': no stock (RuntimeError)", 'checkout @ app/shop.rb:7'],
  ])
})

test.each(['', 'no trace at all', 'two\nlines', '{"json": true}'])('%j is no stack trace', text => {
  expect(parseStackTrace(text)).toBeUndefined()
})

test('three frames of libraries in a row are one line', () => {
  const frame = (library: boolean) => ({ name: 'f', place: 'p', library })
  const shape = (flags: readonly boolean[]) =>
    foldFrames(flags.map(frame)).map(line => ('hidden' in line ? line.hidden.length : line.library ? 'lib' : 'own'))
  expect(shape([false, true, true, true, true, false, true, true])).toEqual(['own', 4, 'own', 'lib', 'lib'])
})

test('a long hostile text is read, or given back as text', () => {
  // A pattern that tries everything would still be at it when the test is given up.
  for (const text of ['at '.repeat(60_000), `${'('.repeat(90_000)}`, 'a.b'.repeat(60_000), ' File "'.repeat(25_000)]) {
    parseStackTrace(text)
    expect(parseStackTrace(text.replaceAll(' ', '\n'))).toBeUndefined()
  }
})
