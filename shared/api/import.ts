/** `POST /api/spoor/import?name=`: a trace file as the body, of any format that the page opens, packed or not; what became of it. */
import * as z from 'zod/mini'

/** Bytes of a body at most, as it comes: what one request may keep a connection busy with. */
export const MOST_IMPORT_BYTES = 2 ** 31

export const ImportedFile = z.object({
  /** As the request called it. */
  name: z.string(),
  /** What its content was taken for (shared/formats/sniff.ts): `jaeger-json`; null when it ended before that was known. */
  format: z.nullable(z.string()),
  /** Distinct trace ids. */
  traces: z.number(),
  /** Spans that the store has now: `duplicate` of them it knew already. */
  spans: z.number(),
  duplicate: z.number(),
  /** Spans, or lines, that could not be kept. */
  rejected: z.number(),
  /** Spans that sampling left out. */
  dropped: z.number(),
  /** What was wrong with those that were rejected, each with its place; not more than the first few. */
  problems: z.array(z.string()),
  /** Why nothing was kept, or what comes behind a place was not: the place, what was seen, what was expected. Null: the file was read to its end. */
  error: z.nullable(z.string()),
})
export type ImportedFile = z.infer<typeof ImportedFile>

/** One entry for each file: of a request, one. */
export const ImportAnswer = z.object({ files: z.array(ImportedFile) })
export type ImportAnswer = z.infer<typeof ImportAnswer>
