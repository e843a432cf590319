/** What can be wrong with a file, and where: plain values, to be put into words by whoever shows them. */
import type { FileFormat } from '#shared/formats/sniff.ts'

/** What is wrong with a file or a part of it, and where. */
export interface FilePlace {
  /** In the decoder's words (English): field, seen, expected. */
  readonly detail: string
  /** Byte from 0, of the unpacked file, when the place is known. */
  readonly offset?: number
  /** From 1, of text; the column counts UTF-16 units. */
  readonly line?: number
  readonly column?: number
  /** Lines around the place, cut to what a screen holds; `from` is the column of the first character shown. */
  readonly lines?: readonly { readonly line: number; readonly text: string; readonly from: number }[]
}

export type FileProblem =
  /** Of a format that is not read. */
  | { readonly kind: 'refused'; readonly format: FileFormat }
  /** Could be read, and holds no span; `text` is all that it holds, when that is short. */
  | { readonly kind: 'no_spans'; readonly format: FileFormat; readonly text: string | undefined }
  | { readonly kind: 'undecodable'; readonly format: FileFormat; readonly place: FilePlace }
  /** More bytes, packed or unpacked, or more spans than there is room for. */
  | { readonly kind: 'too_large'; readonly bytes: number; readonly most: number }
  /** Its bytes could not be had, or not be unpacked. */
  | { readonly kind: 'unreadable'; readonly detail: string }

/** A file that can't be opened: `problem` says why. */
export class FileError extends Error {
  override readonly name = 'FileError'
  readonly problem: FileProblem

  constructor(problem: FileProblem) {
    super(problemText(problem))
    this.problem = problem
  }
}

/** One line of English for logs and the command line: what was seen, what was expected, where. */
export function problemText(problem: FileProblem): string {
  switch (problem.kind) {
    case 'refused':
      return `is ${FORMAT_NAMES[problem.format]}, which holds no spans that can be read; expected Jaeger, OTLP or Zipkin`
    case 'no_spans':
      return problem.text === undefined ? 'holds no spans' : `holds no spans: ${problem.text}`
    case 'undecodable':
      return `${placeText(problem.place)} (read as ${FORMAT_NAMES[problem.format]})`
    case 'too_large':
      return `has ${problem.bytes} bytes; expected at most ${problem.most}`
    case 'unreadable':
      return `can't be read: ${problem.detail}`
  }
}

/** `line 3, column 7: …`, or the byte when there are no lines. */
export function placeText({ detail, line, column, offset }: FilePlace): string {
  if (line !== undefined && column !== undefined) return `line ${line}, column ${column}: ${detail}`
  return offset === undefined ? detail : `byte ${offset}: ${detail}`
}

/** Names of formats in English. */
export const FORMAT_NAMES: Readonly<Record<FileFormat, string>> = {
  'jaeger-json': 'Jaeger JSON',
  'otlp-json': 'OTLP JSON',
  'zipkin-json': 'Zipkin JSON',
  'zipkin-thrift': 'Zipkin Thrift',
  'otlp-protobuf': 'OTLP protobuf',
  'tempo-protobuf': 'Tempo protobuf',
  'grafana-json': 'Grafana data frames',
  'otlp-protobuf-messages': 'OTLP protobuf, messages with their length',
  'packed-messages': 'messages packed with zstd',
  'otlp-metrics-json': 'OTLP metrics',
  'otlp-logs-json': 'OTLP logs',
  'otlp-metrics-protobuf': 'OTLP metrics or logs in protobuf',
  'chrome-trace': 'a Chrome trace of events',
  'x-ray': 'AWS X-Ray segments',
  speedscope: 'a speedscope profile',
  json: 'JSON of no known format',
  gzip: 'compressed with gzip',
  zstd: 'compressed with zstd',
  zip: 'a zip archive',
  parquet: 'Parquet',
  'utf-16': 'text in UTF-16',
  xml: 'HTML or XML',
  text: 'text, and not JSON',
  binary: 'binary data of no known format',
  empty: 'empty',
}
