import { expect, test } from 'vitest'
import { lineParts, sendAddress, sendLines } from './send-lines.ts'

const door = (address: string, name = 'otlp-http') => ({ name, address, port: 14318, requests: 0, refused: {} })

test.each([
  ['127.0.0.1', 'localhost', 'http://localhost:14318', true],
  ['::1', 'localhost', 'http://localhost:14318', true],
  ['0.0.0.0', 'spoor.lan', 'http://spoor.lan:14318', false],
  ['::', '[fd00::7]', 'http://[fd00::7]:14318', false],
  ['192.168.1.7', 'spoor.lan', 'http://192.168.1.7:14318', false],
  ['fd00::7', 'spoor.lan', 'http://[fd00::7]:14318', false],
])('a listener on %s, the page at %s: %s', (address, pageHost, http, loopback) => {
  expect(sendAddress([door('x', 'otlp-grpc'), door(address)], pageHost)).toEqual({ http, loopback, port: 14318 })
})

test('without a door there is no address', () => {
  expect(sendAddress([door('127.0.0.1', 'otlp-grpc')], 'localhost')).toBeUndefined()
})

test('the lines of every tab carry the real address, and a service where there is one', () => {
  const tabs = sendLines('http://localhost:14318')
  expect(tabs.map(({ key }) => key)).toEqual([
    'env',
    'node',
    'python',
    'java',
    'go',
    'dotnet',
    'ruby',
    'collector',
    'curl',
  ])
  for (const { key, text } of tabs) {
    expect(text).toContain('http://localhost:14318')
    expect(text).not.toContain('4318/v1/traces/v1')
    expect(text.includes('checkout')).toBe(key !== 'collector')
  }
})

test('a line comes apart without losing a character', () => {
  for (const { text } of sendLines('http://localhost:4318')) {
    for (const line of text.split('\n')) {
      expect(
        lineParts(line, 'http://localhost:4318')
          .map(part => part.text)
          .join(''),
      ).toBe(line)
    }
  }
  expect(lineParts('export OTEL_SERVICE_NAME=checkout', 'http://x')).toEqual([
    { kind: 'code', text: 'export OTEL_SERVICE_NAME=' },
    { kind: 'yours', text: 'checkout' },
  ])
  expect(lineParts('# Python', 'http://x')).toEqual([{ kind: 'note', text: '# Python' }])
})
