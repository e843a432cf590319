/**
 * The block: up to some 262,144 spans that never change again, as pages under a directory. Version 0: not kept between releases until the
 * first tagged one.
 *
 *   page … page   footer   trailer
 *
 * Trailer (40 bytes, little-endian u32): magic, version, footer offset (2 words), footer length, its raw length, its codec, its CRC-32,
 * 0, CRC-32 of the trailer's bytes before. Footer: summary, row groups, directory (write-pages.ts). A page's codec, form and checksum
 * stand in the directory.
 *
 * Rows: traces by (start, id), spans of a trace by (start, id), cut into groups of about 16 k rows between traces. A trace's rows are
 * never split inside a block. The attributes of a row are a list of columns (key, type, n-th occurrence of that key and type) and one
 * value in each; (service, name, kind, scope, list) is a pair number. A column's values in a group stand in the order (pair, row).
 * Events and links are owners of attribute lists in the same way, in the order of their rows.
 */

export const BLOCK_MAGIC = 0x4b425053
export const BLOCK_VERSION = 0
export const TRAILER_BYTES = 40

/** Rows after which a group ends at the next trace. */
export const GROUP_ROWS = 16_384

/** Bytes of texts, each counted where it first occurs in the block, after which a group ends too: a page is unpacked whole to read one trace. */
export const GROUP_TEXT_BYTES = 4 * 1024 * 1024

/** Attribute lists of one owner kind after which further ones are written row by row (list 0). */
export const MOST_LISTS = 2048
/** Columns of one owner kind after which further keys go to column 0 as raw key and value. */
export const MOST_COLUMNS = 1024

/** The list of rows that spell their columns out. */
export const GENERIC_LIST = 0
/** The column of keys beyond MOST_COLUMNS. */
export const OVERFLOW_COLUMN = 0

/** What a column is of: an attribute, or a field of the span or link that is mostly empty. */
export const ROLE_ATTRIBUTE = 0
export const ROLE_STATUS_MESSAGE = 1
export const ROLE_TRACE_STATE = 2

export type OwnerKind = 'rows' | 'events' | 'links'
export const OWNER_KINDS = ['rows', 'events', 'links'] as const

/** Pages of the whole block have group number 0, those of row group g have g + 1. */
export const BLOCK_PAGES = 0

/** Page kinds. `…_NUMBERS` are three pages: buckets, residuals, exceptions (pages/numbers.ts). */
export const PAGE = {
  // Of the block.
  catalogue: 1,
  /** The last words of the trace ids, ascending, as differences. */
  fingerprintNumbers: 2,
  /** The trace (by start) of each fingerprint. */
  fingerprintTrace: 5,
  rollup: 6,
  edges: 7,
  // Of a group's rows.
  pair: 1,
  resource: 2,
  status: 3,
  /** From the start of the row before in its trace. */
  startNumbers: 4,
  durationNumbers: 7,
  spanId: 10,
  /** 0 none; 1 not in this block: its id stands in parentId; else 2 + zigzag(row − parent's row). */
  parent: 11,
  parentId: 12,
  flags: 13,
  marks: 14,
  droppedAttributes: 15,
  droppedEvents: 16,
  droppedLinks: 17,
  eventCount: 18,
  linkCount: 19,
  // Lists of columns of generic owners: lengths and columns; rows, events, links.
  genericLength: 20,
  genericColumn: 23,
  // Of a group's events and links.
  eventPair: 30,
  /** From the start of its span, modulo 2^64. */
  eventTimeNumbers: 31,
  eventDropped: 34,
  linkPair: 40,
  linkTraceId: 41,
  linkSpanId: 42,
  linkFlags: 43,
  linkDropped: 44,
  // Of a group's traces.
  traceRows: 50,
  /** From the start of the trace before; of the first, from the group's first start. */
  traceStartNumbers: 51,
  /** From the first start to the latest end; an exception when that lies before. */
  traceDurationNumbers: 54,
  traceErrors: 57,
  /** Row inside the trace. */
  traceRoot: 58,
  /** Words 0, 1, 2 of the id: three pages. */
  traceId: 59,
} as const

const FIRST_COLUMN_PAGE = 64
const PAGES_A_COLUMN = 4
const COLUMNS_AN_OWNER = MOST_COLUMNS + 1

/**
 * The pages of a column. In a group: 0 codes (or the low words, or the lengths of plain values), 1 bytes of plain values or high words;
 * of column 0: keys, types, lengths, bytes. Of the block: 0 lengths or low words of the dictionary, 1 its bytes or high words, 2 Bloom
 * filter.
 */
export function columnPage(owner: OwnerKind, column: number, part: 0 | 1 | 2 | 3): number {
  const kind = owner === 'rows' ? 0 : owner === 'events' ? 1 : 2
  return FIRST_COLUMN_PAGE + (kind * COLUMNS_AN_OWNER + column) * PAGES_A_COLUMN + part
}

/** Page kinds are below this. */
export const PAGE_KINDS = 16_384

/** How a column keeps its values. */
export const STORE_NOTHING = 0
/** Codes of a dictionary of byte strings. */
export const STORE_TEXT_CODES = 1
/** Byte strings in the groups. */
export const STORE_TEXT_PLAIN = 2
/** Codes of a dictionary of 64-bit words. */
export const STORE_WORD_CODES = 3
/** 64-bit words in the groups. */
export const STORE_WORD_PLAIN = 4
/** 0 or 1. */
export const STORE_BOOL = 5
/** Keys beyond MOST_COLUMNS. */
export const STORE_OVERFLOW = 6
