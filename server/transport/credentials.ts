/**
 * Who may send: bearer tokens and users with passwords, out of files that are read again when they change. What is shown is compared with
 * every entry, digest by digest, in a time that does not tell how much of it was right; it is never kept, logged or answered.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { UnauthenticatedError } from '#server/errors.ts'
import type { Log } from '#server/telemetry/logger.ts'
import { watchFiles } from './watched-files.ts'

/** Paths; empty: there is none. */
export interface CredentialFiles {
  /** A token a line. */
  readonly tokens: string
  /** `user:password` a line, or `user:{SHA}…`. */
  readonly passwords: string
}

/** The files can't be used; the message names setting, file and line, never what stands there. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError'
}

/** More than a thousand lines of either are no list that people keep. */
const MOST_BYTES = 1024 * 1024
/** Shorter tokens are guessed. */
const LEAST_TOKEN = 8

export class Credentials {
  readonly #files: CredentialFiles
  readonly #log: Log
  readonly #challenge: string
  readonly #stop: () => void
  #digests: readonly Buffer[]

  /** Throws CredentialsError. */
  constructor(files: CredentialFiles, log: Log, lookMs?: number) {
    this.#files = files
    this.#log = log
    this.#digests = readDigests(files)
    this.#challenge = [
      ...(files.tokens === '' ? [] : ['Bearer realm="spoor"']),
      ...(files.passwords === '' ? [] : ['Basic realm="spoor", charset="UTF-8"']),
    ].join(', ')
    const paths = [files.tokens, files.passwords].filter(path => path !== '')
    this.#stop = watchFiles(paths, () => this.#reload(), lookMs)
  }

  /** Throws UnauthenticatedError unless the `Authorization` header shows one of them. */
  check(header: string | undefined): void {
    if (header === undefined || header === '') {
      throw new UnauthenticatedError('who sends must show who it is: there is no Authorization header', this.#challenge)
    }
    const space = header.indexOf(' ')
    const scheme = header.slice(0, space).toLowerCase()
    const shown = header.slice(space + 1).trim()
    let known = false
    if (scheme === 'bearer') known = this.#knows(digestOf('bearer', shown))
    else if (scheme === 'basic') {
      const pair = Buffer.from(shown, 'base64').toString()
      const colon = pair.indexOf(':')
      const plain = this.#knows(digestOf('plain', pair))
      const hashed = this.#knows(digestOf('sha', `${pair.slice(0, colon)}:${sha1(pair.slice(colon + 1))}`))
      known = colon > 0 && (plain || hashed)
    }
    if (!known)
      throw new UnauthenticatedError('the credentials in the Authorization header are not known', this.#challenge)
  }

  #knows(digest: Buffer): boolean {
    let known = false
    for (const each of this.#digests) if (timingSafeEqual(each, digest)) known = true
    return known
  }

  #reload(): void {
    try {
      this.#digests = readDigests(this.#files)
      this.#log.info({ entries: this.#digests.length }, 'credentials were read again')
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      this.#log.error({ problem }, 'credentials can not be used: those before stay')
    }
  }

  close(): void {
    this.#stop()
  }
}

/** Undefined when no file is named: anyone may send. Throws CredentialsError. */
export function openCredentials(files: CredentialFiles, log: Log): Credentials | undefined {
  return files.tokens === '' && files.passwords === '' ? undefined : new Credentials(files, log)
}

/** What kind of credential it is is part of the digest: the hash of a password must not pass for the password. */
function digestOf(kind: 'bearer' | 'plain' | 'sha', text: string): Buffer {
  return createHash('sha256').update(`${kind}\0${text}`).digest()
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('base64')
}

function readDigests({ tokens, passwords }: CredentialFiles): Buffer[] {
  const digests: Buffer[] = []
  for (const [line, at] of linesOf('ingest-token-file', tokens)) {
    if (line.length < LEAST_TOKEN || /\s/.test(line)) {
      throw new CredentialsError(
        `--ingest-token-file: ${tokens}, line ${at}: expected a token of at least ${LEAST_TOKEN} characters without spaces`,
      )
    }
    digests.push(digestOf('bearer', line))
  }
  for (const [line, at] of linesOf('ingest-password-file', passwords)) {
    const colon = line.indexOf(':')
    const password = line.slice(colon + 1)
    const wrong = (why: string) => new CredentialsError(`--ingest-password-file: ${passwords}, line ${at}: ${why}`)
    if (colon < 1 || password === '') throw wrong('expected user:password')
    if (/^\$(?:apr1|2[abxy]?|[156])\$/.test(password)) {
      throw wrong('a hash of a kind that is not read here, expected user:password or what htpasswd -s writes')
    }
    const hashed = password.startsWith('{SHA}')
    digests.push(hashed ? digestOf('sha', `${line.slice(0, colon)}:${password.slice(5)}`) : digestOf('plain', line))
  }
  return digests
}

/** Lines that say something, with their numbers. */
function linesOf(setting: string, path: string): (readonly [line: string, at: number])[] {
  if (path === '') return []
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'not readable for this user' : String(code)
    throw new CredentialsError(`--${setting}: ${path}: ${why}`)
  }
  if (text.length > MOST_BYTES) {
    throw new CredentialsError(`--${setting}: ${path}: ${text.length} bytes, expected at most ${MOST_BYTES}`)
  }
  const lines = text
    .split('\n')
    .map((line, at) => [line.trim(), at + 1] as const)
    .filter(([line]) => line !== '' && !line.startsWith('#'))
  if (lines.length === 0) throw new CredentialsError(`--${setting}: ${path}: nothing is in it`)
  return lines
}
