/** The command `spoor import`: sends files to a running server and prints what became of each. */
import { createReadStream, type ReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type ImportedFile, MOST_IMPORT_BYTES } from '#shared/api/import.ts'
import { type ImportFlags, pathFromCaller, readImportFlags } from './import-flags.ts'
import { resultTable } from './result-table.ts'
import { NoServerError, RefusedError, sendFile } from './send-file.ts'

const PROGRAM = join(import.meta.dirname, '../..')
/** A server that is busy, starts or stops is asked so often. */
const MOST_TRIES = 8
/** How often a terminal is told how far a file is, ms. */
const TOLD_MS = 250
/** Bytes that are read ahead. */
const READ_BYTES = 1024 * 1024

/** Runs it with the flags after the word `import`; resolves with the exit code. */
export async function runImport(argv: readonly string[]): Promise<number> {
  const read = readImportFlags(argv)
  if (read.kind === 'help') {
    process.stdout.write(read.text)
    return 0
  }
  if (read.kind === 'error') {
    process.stderr.write(`${read.message}\n`)
    return 2
  }
  const { flags } = read
  const results: ImportedFile[] = []
  try {
    const secrets = await readSecrets(flags)
    for (const file of flags.files) results.push(await importOne(file, flags, secrets))
  } catch (error) {
    if (!(error instanceof NoServerError || error instanceof SecretError)) throw error
    const how = error instanceof NoServerError ? 'no server answers at ' : ''
    const hint = error instanceof NoServerError ? ' (npm start starts one; --server names another)' : ''
    process.stderr.write(`import: ${how}${error.message}${hint}\n`)
    // What was done before stands.
    print(results, flags.json)
    return 1
  }
  print(results, flags.json)
  return results.some(({ error }) => error !== null) ? 1 : 0
}

function print(files: readonly ImportedFile[], json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ files })}\n`)
  else if (files.length > 0) process.stdout.write(resultTable(files))
}

interface Secrets {
  readonly authorization: string | undefined
  readonly ca: string | undefined
}

/** A file that was named and can't be read. */
class SecretError extends Error {
  override readonly name = 'SecretError'
}

async function readSecrets({ tokenFile, caFile }: ImportFlags): Promise<Secrets> {
  const read = async (flag: string, path: string): Promise<string> => {
    try {
      return await readFile(pathFromCaller(path, process.env, PROGRAM), 'utf8')
    } catch (error) {
      throw new SecretError(`--${flag}: ${path}: ${readProblem(error)}`)
    }
  }
  const tokens = tokenFile === undefined ? '' : await read('token-file', tokenFile)
  const token = tokens
    .split('\n')
    .map(line => line.trim())
    .find(line => line !== '' && !line.startsWith('#'))
  if (tokenFile !== undefined && token === undefined)
    throw new SecretError(`--token-file: ${tokenFile}: no token in it`)
  return {
    authorization: token === undefined ? undefined : `Bearer ${token}`,
    ca: caFile === undefined ? undefined : await read('ca-file', caFile),
  }
}

async function importOne(file: string, { server }: ImportFlags, secrets: Secrets): Promise<ImportedFile> {
  try {
    if (file === '-') return await sendFile(process.stdin, { server, name: file, bytes: undefined, ...secrets })
    const path = pathFromCaller(file, process.env, PROGRAM)
    const found = await stat(path)
    if (found.isDirectory()) throw new RefusedError('is a folder; expected a file')
    // Of a pipe or a device nobody knows.
    const bytes = found.isFile() ? found.size : undefined
    if (bytes !== undefined && bytes > MOST_IMPORT_BYTES) {
      throw new RefusedError(`has ${bytes} bytes; expected at most ${MOST_IMPORT_BYTES}: split it, or send it as OTLP`)
    }
    for (let tries = 1; ; tries++) {
      try {
        const body = createReadStream(path, { highWaterMark: READ_BYTES })
        const stopTelling = process.stderr.isTTY ? tellProgress(body, file, bytes) : undefined
        return await sendFile(body, { server, name: file, bytes, ...secrets }).finally(stopTelling)
      } catch (error) {
        const delay = error instanceof RefusedError ? error.retryAfterMs : undefined
        if (delay === undefined || bytes === undefined || tries === MOST_TRIES) throw error
        process.stderr.write(`${file}: ${String((error as Error).message)}; tried again in ${delay / 1000} s\n`)
        await wait(delay)
      }
    }
  } catch (error) {
    if (error instanceof NoServerError) throw error
    const told = error instanceof RefusedError ? error.message : readProblem(error)
    const none = { format: null, traces: 0, spans: 0, duplicate: 0, rejected: 0, dropped: 0, problems: [] }
    return { name: file, ...none, error: told }
  }
}

/** On a terminal: how much of a file has been sent, on one line that is wiped in the end. */
function tellProgress(body: ReadStream, file: string, bytes: number | undefined): () => void {
  const timer = setInterval(() => {
    const share =
      bytes === undefined || bytes === 0
        ? ''
        : ` of ${megabytes(bytes)}, ${Math.floor((100 * body.bytesRead) / bytes)} %`
    process.stderr.write(`\r${file}: ${megabytes(body.bytesRead)}${share} `)
  }, TOLD_MS)
  return () => {
    clearInterval(timer)
    process.stderr.write('\r\u001b[K')
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}

function readProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'no such file'
  return code === 'EACCES' ? 'not readable for this user' : message
}
