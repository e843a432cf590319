import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { UnauthenticatedError } from '#server/errors.ts'
import { createLogger } from '#server/telemetry/logger.ts'
import { Credentials, openCredentials } from './credentials.ts'

const directory = mkdtempSync(join(tmpdir(), 'spoor-credentials-'))
afterAll(() => rmSync(directory, { recursive: true }))

const lines: string[] = []
const log = createLogger({ level: 'debug', format: 'json', write: line => lines.push(line) })
let files = 0
function written(text: string): string {
  const path = join(directory, String(files++))
  writeFileSync(path, text)
  return path
}

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`
const sha = (password: string) => `{SHA}${createHash('sha1').update(password).digest('base64')}`

function knows(credentials: Credentials, header: string | undefined): boolean {
  try {
    credentials.check(header)
    return true
  } catch (error) {
    if (error instanceof UnauthenticatedError) return false
    throw error
  }
}

test('tokens and passwords, and nothing else', () => {
  const hashed = sha('s3cret:with colon')
  const credentials = new Credentials(
    {
      tokens: written('# two, for a change\nfirst-token-1\n\nsecond-token-2\r\n'),
      passwords: written(`ada:plain pass\ngrace:${hashed}\n`),
    },
    log,
  )
  const yes = [
    'Bearer first-token-1',
    'bearer  second-token-2',
    basic('ada:plain pass'),
    basic('grace:s3cret:with colon'),
  ]
  const no = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer first-token',
    'Bearer first-token-12',
    'first-token-1',
    'Basic',
  ]
    .concat(['Bearer ada:plain pass', 'Basic first-token-1', basic('ada:'), basic('ada'), basic(':plain pass')])
    .concat([basic('grace:plain pass'), basic(`grace:${hashed}`), basic('ada:plain pass '), 'Digest first-token-1'])
  expect(yes.map(header => knows(credentials, header))).toEqual(yes.map(() => true))
  expect(no.map(header => knows(credentials, header))).toEqual(no.map(() => false))
  expect(() => credentials.check(undefined)).toThrow('there is no Authorization header')
  expect(lines.join()).not.toMatch(/first-token|plain pass|s3cret/)
  credentials.close()
})

test('a changed file counts; one that can not be used does not', async () => {
  const tokens = written('one-token\n')
  const credentials = new Credentials({ tokens, passwords: '' }, log, 10)
  writeFileSync(tokens, 'another-token\n')
  await expect.poll(() => knows(credentials, 'Bearer another-token')).toBe(true)
  expect(knows(credentials, 'Bearer one-token')).toBe(false)
  writeFileSync(tokens, 'short\n')
  await expect.poll(() => lines.some(line => line.includes('can not be used'))).toBe(true)
  expect(knows(credentials, 'Bearer another-token')).toBe(true)
  credentials.close()
})

test('files that are wrong are told by setting and line, without what stands there', () => {
  const open =
    (tokens: string, passwords = '') =>
    () =>
      openCredentials({ tokens, passwords }, log)
  expect(open('')()).toBeUndefined()
  expect(open('/nowhere')).toThrow('--ingest-token-file: /nowhere: no such file')
  expect(open(written('# only this\n'))).toThrow('nothing is in it')
  expect(open(written('good-token-1\nbad token\n'))).toThrow(/line 2: expected a token of at least 8 characters/)
  expect(open('', written('nocolon\n'))).toThrow('line 1: expected user:password')
  expect(open('', written('ada:$apr1$x$y\n'))).toThrow('a hash of a kind that is not read here')
})
