/** One file while it is read: its bytes, its rows, and what was wrong with parts of it. */
import { DecodeError } from '#shared/spans/decode-error.ts'
import type { RejectReason } from '#shared/spans/span-table-builder.ts'
import type { ByteSource } from './byte-source.ts'
import { describePlace } from './describe-place.ts'
import type { FilePlace } from './file-problem.ts'
import type { JsonScan } from './json-scan.ts'
import { TableRun, type TableRunOptions } from './table-run.ts'

/** Problems that are told; the others are counted. */
const MOST_PROBLEMS = 20

const REASONS: Readonly<Record<RejectReason, string>> = {
  invalid_trace_id: 'a span with a trace id of zero or none; expected 16 bytes that are not all zero',
  invalid_span_id: 'a span with a span id of zero or none; expected 8 bytes that are not all zero',
  invalid_utf8: 'a text of a span that is not UTF-8',
  time_out_of_range: 'a time of a span that is outside 1970 … 2554',
  nesting_too_deep: 'values of a span that are nested too deep; expected at most 100 levels',
  not_sampled: 'a span that is not kept',
}

export class Reading {
  readonly source: ByteSource
  readonly run: TableRun
  /** Spans or lines that could not be read and were passed over. */
  passedOver = 0
  readonly problems: FilePlace[] = []
  /** Where a decoder stands that has just had a row rejected; -1 when it can't tell. */
  rejectedAt: () => number = () => -1
  /** Whether each row that the table rejects is one that was passed over; some readers tell of them on their own. */
  countRejected = true
  readonly #inLines: boolean

  /** `inLines`: the file is text, whose places have lines. `run`: what its tables are like; rows that they reject are told here too. */
  constructor(source: ByteSource, run: TableRunOptions, inLines: boolean) {
    this.source = source
    this.#inLines = inLines
    this.run = new TableRun({
      ...run,
      onReject: (reason, row, table) => {
        run.onReject(reason, row, table)
        if (this.countRejected) this.passOver(REASONS[reason], this.rejectedAt())
      },
    })
  }

  /** Counts a part that is passed over and tells what is wrong at a position of the file (-1: unknown). */
  passOver(detail: string, position: number): void {
    this.passedOver++
    if (this.problems.length < MOST_PROBLEMS) this.problems.push(this.place(detail, position))
  }

  /** The place of a position of the file. */
  place(detail: string, position: number): FilePlace {
    if (this.#inLines) return describePlace(this.source, position, detail)
    return position < 0 ? { detail } : { detail, offset: position }
  }

  /** The place of an error whose offset counts from the start of the file. */
  placeOf(error: DecodeError): FilePlace {
    return this.place(bareMessage(error), error.offset)
  }
}

/** What a format does with the JSON values that stand at the top of a file. */
export interface JsonPieces {
  /**
   * Adds the spans of a value that is at hand, at `position` of the file. Throws DecodeError with an offset in the file
   * (-1: unknown) when it can't be read; whole rows that were added stay.
   */
  whole(bytes: Uint8Array, position: number): void
  /** Reads the value that `scan` stands at part by part, and moves behind it. Throws likewise. */
  large(scan: JsonScan): Promise<void>
}

/** The message without the byte, which counts from somewhere else. */
export function bareMessage(error: DecodeError): string {
  return error.message.replace(/ \(byte \d+\)$/u, '')
}

/** The same error with another offset: `moved(error, from)` when `error` counts from position `from`. */
export function moved(error: unknown, by: number): unknown {
  if (!(error instanceof DecodeError)) return error
  return new DecodeError(bareMessage(error), '', error.offset < 0 ? -1 : error.offset + by)
}
