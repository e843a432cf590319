import { expect, test } from 'vitest'
import {
  allowedHosts,
  describeDataDirError,
  describeListenError,
  isLoopback,
  listenAddresses,
  refusedBinding,
} from './listening.ts'

const noFiles = { ingestTokenFile: '', ingestPasswordFile: '' }

test('loopback is both addresses, of which IPv6 may be missing', () => {
  const both = [
    { host: '127.0.0.1', required: true },
    { host: '::1', required: false },
  ]
  expect(listenAddresses({ listenHost: 'loopback' })).toEqual(both)
  expect(listenAddresses({ listenHost: 'localhost' })).toEqual(both)
  expect(listenAddresses({ listenHost: '::' })).toEqual([{ host: '::', required: true }])
})

test.each([
  'loopback',
  'localhost',
  'a.localhost',
  '127.0.0.1',
  '127.1.2.3',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
])('%s is loopback and needs no switch', listenHost => {
  expect(isLoopback(listenHost)).toBe(true)
  expect(refusedBinding({ ...noFiles, listenHost, allowUnauthenticated: false })).toBeUndefined()
  expect(allowedHosts({ listenHost, allowedHosts: [] })).toContain('host.docker.internal')
})

test.each([
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '128.0.0.1',
  'example.com',
  'localhost.example.com',
  '::ffff:10.0.0.1',
  'fe80::1',
])('%s is refused without the switch', listenHost => {
  const line = refusedBinding({ ...noFiles, listenHost, allowUnauthenticated: false })
  expect(line).toMatch(/^--listen-host: .*--allow-unauthenticated/)
  expect(line).not.toContain('\n')
  expect(refusedBinding({ ...noFiles, listenHost, allowUnauthenticated: true })).toBeUndefined()
  expect(allowedHosts({ listenHost, allowedHosts: [] })).toEqual(['*'])
})

test('credentials of senders leave readers and UDP open', () => {
  const line = refusedBinding({ ...noFiles, ingestTokenFile: '/t', listenHost: '0.0.0.0', allowUnauthenticated: false })
  expect(line).toContain('who reads, or sends over UDP, would not have to log in')
})

test('a list of hosts replaces the default', () => {
  expect(allowedHosts({ listenHost: 'loopback', allowedHosts: ['a'] })).toEqual(['a'])
})

test.each([
  ['EADDRINUSE', /^--query-port: \[::1\]:16686 is in use .* --port-offset 10000$/],
  ['EACCES', /^--query-port: \[::1\]:16686 may not be opened/],
  ['EADDRNOTAVAIL', /^--listen-host: ::1 is not an address of this machine/],
  ['ENOTFOUND', /^--listen-host: ::1 cannot be resolved/],
  ['EMFILE', /^--query-port: cannot listen on \[::1\]:16686: EMFILE$/],
])('%s names the setting', (code, line) => {
  expect(describeListenError(Object.assign(new Error('x'), { code }), 'query-port', 16686, '::1')).toMatch(line)
})

test('a data folder that cannot be used', () => {
  expect(describeDataDirError(Object.assign(new Error('x'), { code: 'EACCES' }), '/d')).toBe(
    '--data-dir: /d cannot be used: this user may not write there; name another folder, or use --storage memory',
  )
})
