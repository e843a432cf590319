import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StoreUnavailableError } from '#server/errors.ts'
import { lockDirectory } from './lock.ts'

const LOCK = new URL('lock.ts', import.meta.url)
const HOLD = `import { lockDirectory } from ${JSON.stringify(LOCK.href)}
lockDirectory(process.argv[1])
console.log('held')
setInterval(() => {}, 1000)`

let directory: string
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'spoor-lock-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

/** Another process that holds the directory. */
async function holder() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOLD, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = new Promise(resolve => child.on('close', resolve))
  await new Promise(resolve => child.stdout.once('data', resolve))
  return {
    pid: child.pid,
    async kill() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

test('a second process is refused and told who the first is; after kill -9 it gets in', async () => {
  const first = await holder()
  try {
    expect(() => lockDirectory(directory)).toThrow(StoreUnavailableError)
    expect(() => lockDirectory(directory)).toThrow(`is in use by process ${first.pid} on `)
  } finally {
    await first.kill()
  }
  lockDirectory(directory).release()
})

test('the same process is refused too, until it lets go', () => {
  const lock = lockDirectory(directory)
  expect(() => lockDirectory(directory)).toThrow(`process ${process.pid}`)
  lock.release()
  lockDirectory(directory).release()
})

test('a directory is made; what is no directory is refused with its name', () => {
  lockDirectory(path.join(directory, 'a', 'b')).release()
  const file = path.join(directory, 'lock.db')
  lockDirectory(directory).release()
  expect(() => lockDirectory(file)).toThrow(`${file} cannot be used`)
})
