/**
 * The built page: index.html for every address that is a page of the app, its files beside it, packed once at build time.
 * The base path is written into index.html when the server starts.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'

const YEAR_S = 31_536_000

/** Without a build (`directory` missing) the API is served alone, and `/` says so. */
export async function serveApp(
  app: FastifyInstance,
  directory: string,
  basePath: string,
): Promise<(reply: FastifyReply) => FastifyReply> {
  if (!existsSync(join(directory, 'index.html'))) {
    return reply => reply.code(404).type('text/plain; charset=utf-8').send('The page is not built: npm run build\n')
  }
  const base = basePath === '/' ? '' : basePath
  const index = readFileSync(join(directory, 'index.html'), 'utf8')
    .replace('<base href="/" />', `<base href="${base}/" />`)
    .replace('<meta name="spoor-base-path" content="" />', `<meta name="spoor-base-path" content="${base}" />`)
  await app.register(fastifyStatic, {
    root: directory,
    index: false,
    wildcard: false,
    preCompressed: true,
    globIgnore: ['.vite/**', '.built-from', '**/*.br', '**/*.gz', '**/*.zst', 'index.html'],
    cacheControl: false,
    setHeaders: (reply, path) => {
      // Names under assets/ carry a hash of their content.
      const hashed = path.includes('/assets/')
      void reply.header('cache-control', hashed ? `public, max-age=${YEAR_S}, immutable` : 'no-cache')
    },
  })
  return reply => reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(index)
}
