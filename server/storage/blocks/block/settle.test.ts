import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openTestStore } from '#server/storage/blocks/test-blocks-store.ts'
import { hex, spans, traceId } from '#server/storage/contract/plain-spans.ts'
import { sendRows } from '#server/storage/contract/send.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'

/** One trace whose span ids count up: half of each id is the same in all of them. */
const numbered = (from: number, to: number): SpanTable =>
  spans(Array.from({ length: to - from }, (_, i) => ({ trace: 1, span: from + i, parent: from + i === 1 ? 0 : 1 })))

// Such a trace of half a million spans kept the seal worker busy for ten minutes: every span was compared with all before it.
test('a trace of numbered spans in two blocks: what both have counts once, and sealing takes no time', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'spoor-settle-'))
  const store = await openTestStore({ directory })
  try {
    await sendRows(store.writer, numbered(1, 80_001))
    await store.seal()
    await sendRows(store.writer, numbered(40_001, 120_001))
    await store.seal()
    const table = await store.reader.readTrace(traceId(hex(1)), new AbortController().signal)
    expect(table?.rowCount).toBe(120_000)
  } finally {
    await store.close()
    rmSync(directory, { recursive: true })
  }
})
