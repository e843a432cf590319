/** Answers to other machines are packed when they ask for it; those to this one are not: loopback is faster than any packer. */
import fastifyCompress from '@fastify/compress'
import type { FastifyInstance } from 'fastify'

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/u

/** Below this many bytes an answer fits into a packet or two as it is. */
const LEAST_BYTES = 1_024

/** What is packed already (the app's files) and what is no text or span table is left alone. */
const TYPES = /^(?:text\/|application\/(?:json|vnd\.spoor\.spans|x-protobuf|problem\+json)\b)/u

export async function compressAnswers(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', async request => {
    if (LOOPBACK.test(request.ip)) request.headers['x-no-compression'] = '1'
  })
  await app.register(fastifyCompress, {
    globalDecompression: false,
    // No brotli: at the strength that suits a file made once it holds up an answer.
    encodings: ['zstd', 'gzip'],
    threshold: LEAST_BYTES,
    customTypes: type => TYPES.test(type),
  })
}
