/** The program as it is started by hand: what it says when something is wrong, in one line, and with which exit code. */
import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { startSpoor } from './server.ts'

const FREE = [
  'query-port',
  'otlp-http-port',
  'otlp-grpc-port',
  'jaeger-grpc-port',
  'jaeger-http-port',
  'jaeger-compact-port',
  'jaeger-binary-port',
  'sampling-port',
  'sampling-grpc-port',
  'zipkin-port',
  'zipkin-compact-port',
  'admin-port',
].flatMap(name => [`--${name}`, '0'])

function start(flags: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['server/main.ts', '--no-open', ...flags], {
    env: { ...process.env, ...env },
    timeout: 20_000,
  })
  return { code: status, said: stdout.toString(), complained: stderr.toString() }
}

test('--help names every setting, fits a terminal, and is no failure', () => {
  const { code, said } = start(['--help'])
  expect(code).toBe(0)
  for (const name of ['--query-port', '--otlp-grpc-port', '--data-dir', '--storage', '--demo', '--port-offset']) {
    expect(said).toContain(name)
  }
  expect(Math.max(...said.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
})

test('a port in use is one line that names its setting and offers another', async () => {
  const other = createServer()
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  // Streams and datagrams have ports of their own.
  const datagrams = createSocket('udp4')
  await new Promise<void>(resolve => datagrams.bind(port, '127.0.0.1', resolve))
  try {
    for (const setting of [
      'query-port',
      'otlp-http-port',
      'otlp-grpc-port',
      'jaeger-grpc-port',
      'jaeger-http-port',
      'jaeger-compact-port',
      'jaeger-binary-port',
      'sampling-port',
      'sampling-grpc-port',
      'zipkin-port',
      'zipkin-compact-port',
      'admin-port',
    ]) {
      const flags = FREE.map((flag, k) => (FREE[k - 1] === `--${setting}` ? String(port) : flag))
      const { code, said, complained } = start(['--storage', 'memory', ...flags])
      expect(code, setting).toBe(1)
      expect(complained.trim().split('\n')).toHaveLength(1)
      expect(complained).toContain(`--${setting}`)
      expect(complained).toContain(String(port))
      expect(complained).toContain('--port-offset 10000')
      expect(said).not.toContain('"ready"')
    }
  } finally {
    datagrams.close()
    other.close()
  }
})

test('a setting that is not one, or has no such value, is one line, wherever it stands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-cli-'))
  const file = join(folder, 'spoor.yaml')
  try {
    writeFileSync(file, 'query-port: 0\nfrob: 3\n')
    const cases: readonly (readonly [readonly string[], Record<string, string>, RegExp])[] = [
      [['--frob', '3'], {}, /^--frob: unknown flag/u],
      [['--query-prot', '3'], {}, /^--query-prot: .*--query-port/u],
      [['--query-port', 'x'], {}, /^--query-port: got "x", expected a whole number from 0 to 65535/u],
      [['--storage', 'tape'], {}, /^--storage: got "tape", expected .*blocks/u],
      [[], { SPOOR_FROB: '1' }, /^SPOOR_FROB: unknown variable/u],
      [[], { SPOOR_QUERY_PORT: '70000' }, /^SPOOR_QUERY_PORT: got "70000"/u],
      [['--config', file], {}, /frob/u],
      [['--config', join(folder, 'none.yaml')], {}, /^--config .*no such file/u],
      [['--listen-host', '0.0.0.0'], {}, /--allow-unauthenticated/u],
    ]
    for (const [flags, env, expected] of cases) {
      const { code, said, complained } = start(flags, env)
      expect(code, flags.join(' ')).toBe(1)
      expect(complained).toMatch(expected)
      expect(complained.trim().split('\n')).toHaveLength(1)
      expect(said).toBe('')
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a data folder that cannot be used is one line that names it', () => {
  for (const folder of ['/dev/null', '/etc/hostname/x', '/proc/nothing/here']) {
    const { code, complained } = start([...FREE, '--data-dir', folder])
    expect(code, folder).toBe(1)
    expect(complained).toMatch(new RegExp(`^--data-dir: ${folder} cannot be used: .*--storage memory\n$`, 'u'))
  }
})

test('a second program on the same folder is told who has it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-cli-'))
  const first = await startSpoor(['--data-dir', folder])
  try {
    const { code, complained } = start([...FREE, '--data-dir', folder])
    expect(code).toBe(1)
    expect(complained).toContain(folder)
    expect(complained).toContain(String(first.pid))
    expect(complained.trim().split('\n')).toHaveLength(1)
  } finally {
    await first.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
