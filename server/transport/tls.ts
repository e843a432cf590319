/**
 * What a door speaks TLS with: a certificate, its key, and whose certificates those who connect must show. Read at the start, where what
 * is wrong stops the program, and again when a file changes, where what is wrong leaves the one before in force.
 */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import type { TlsDoor } from '#server/config/tls-settings.ts'
import type { Log } from '#server/telemetry/logger.ts'
import { watchFiles } from './watched-files.ts'

/** A server of node:https or node:http2, whose next connections use what it is given. */
interface Secured {
  setSecureContext(options: SecureContextOptions): void
}

/** TLS can't be spoken as it was asked for; the message names setting and file. */
export class TlsError extends Error {
  override readonly name = 'TlsError'
}

export class DoorTls {
  readonly #door: TlsDoor
  readonly #log: Log
  readonly #servers = new Set<Secured>()
  readonly #stop: () => void
  #material: SecureContextOptions

  /** Throws TlsError. `lookMs`: how often the files are looked at. */
  constructor(door: TlsDoor, log: Log, lookMs?: number) {
    this.#door = door
    this.#log = log
    this.#material = readMaterial(door)
    const paths = [door.cert, door.key, door.clientCa].filter(path => path !== '')
    this.#stop = watchFiles(paths, () => this.#reload(), lookMs)
  }

  /** What a server is made with. */
  get options(): SecureContextOptions & { readonly requestCert: boolean; readonly rejectUnauthorized: boolean } {
    const asked = this.#door.clientCa !== ''
    return { ...this.#material, requestCert: asked, rejectUnauthorized: asked }
  }

  /** New connections of `server` use what the files hold then, until the answer is called. */
  follow(server: Secured): () => void {
    this.#servers.add(server)
    return () => this.#servers.delete(server)
  }

  #reload(): void {
    try {
      this.#material = readMaterial(this.#door)
      for (const server of this.#servers) server.setSecureContext(this.#material)
      this.#log.info({ listener: this.#door.listener }, 'a certificate was read again')
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      this.#log.error({ listener: this.#door.listener, problem }, 'a certificate can not be used: the one before stays')
    }
  }

  close(): void {
    this.#stop()
  }
}

/** TLS of every door that speaks it, by listener. Throws TlsError. */
export function openDoorTls(doors: readonly TlsDoor[], log: Log): ReadonlyMap<string, DoorTls> {
  return new Map(doors.map(door => [door.listener, new DoorTls(door, log)]))
}

function readMaterial({ name, cert, key, clientCa }: TlsDoor): SecureContextOptions {
  const read = (part: string, path: string): Buffer => {
    if (path === '') throw new TlsError(`--${name}.${part}: nothing is given, expected a file`)
    try {
      return readFileSync(path)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const why = code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'not readable for this user' : String(code)
      throw new TlsError(`--${name}.${part}: ${path}: ${why}`)
    }
  }
  const material: SecureContextOptions = {
    cert: read('cert', cert),
    key: read('key', key),
    ...(clientCa === '' ? {} : { ca: read('client-ca', clientCa) }),
  }
  try {
    createSecureContext(material)
    // Of authorities that are none it would take no notice.
    if (material.ca !== undefined) new X509Certificate(material.ca as Buffer)
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    const why = code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' ? 'the key is not that of the certificate' : message
    throw new TlsError(`--${name}.*: ${[cert, key, clientCa].filter(path => path !== '').join(', ')}: ${why}`)
  }
  return material
}
