/** `POST /api/spoor/import`: the body goes on to an ingest worker as it comes; nothing of it is looked at here. */
import type { FastifyInstance } from 'fastify'
import { LimitError } from '#server/errors.ts'
import { sendErrorAsProblem } from '#server/routes/answers.ts'
import type { Log } from '#server/telemetry/logger.ts'
import { bodyChunks } from '#server/transport/body-chunks.ts'
import type { Credentials } from '#server/transport/credentials.ts'
import { UnsupportedEncodingError } from '#server/transport/http-error.ts'
import { type ImportAnswer, type ImportedFile, MOST_IMPORT_BYTES } from '#shared/api/import.ts'
import { firstOf, type RawSearch } from '#shared/api/raw-search.ts'
import { PATHS } from '#shared/api/spoor.ts'

/** One file on its way in. */
export interface ImportRequest {
  readonly name: string
  readonly peer: string
  readonly userAgent: string
  readonly chunks: AsyncIterable<Uint8Array>
}

/** Resolves once what it holds is durable; rejects as ingest does, and with what the chunks throw. */
export type ImportFile = (request: ImportRequest) => Promise<ImportedFile>

export interface ImportRouteOptions {
  readonly log: Log
  readonly importFile: ImportFile
  readonly credentials?: Credentials
  readonly bodyTimeoutMs: number
}

/** Characters of a name that are told back. */
const MOST_NAME = 1024
/** Packed files say what they are themselves: these say the same once more. */
const ENCODINGS: readonly string[] = ['identity', 'gzip', 'x-gzip', 'zstd']

export async function importRoute(app: FastifyInstance, options: ImportRouteOptions): Promise<void> {
  app.removeAllContentTypeParsers()
  // The stream as it is.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.setErrorHandler((error, _request, reply) => sendErrorAsProblem(reply, error, options.log))
  app.post<{ Querystring: RawSearch }>(PATHS.import, async (request): Promise<ImportAnswer> => {
    const { headers, raw } = request
    options.credentials?.check(headers.authorization)
    const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
    if (!ENCODINGS.includes(encoding)) throw new UnsupportedEncodingError(encoding, ENCODINGS)
    const bytes = Number(headers['content-length'] ?? 0)
    if (bytes > MOST_IMPORT_BYTES) {
      throw new LimitError(`a file of ${bytes} bytes, expected at most ${MOST_IMPORT_BYTES}`, 'file size')
    }
    const file = await options.importFile({
      name: (firstOf(request.query, 'name') ?? '').slice(0, MOST_NAME),
      peer: request.ip,
      userAgent: headers['user-agent'] ?? '',
      chunks: bodyChunks(raw, {
        maxBytes: MOST_IMPORT_BYTES,
        limit: 'file size',
        silenceMs: options.bodyTimeoutMs,
      }),
    })
    return { files: [file] }
  })
}
