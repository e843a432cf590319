import { expect, test } from 'vitest'
import { describeSpans } from '#shared/generator/describe-spans.ts'
import { Random } from '#shared/generator/random.ts'
import { addRandomSpans } from '#shared/generator/random-spans.ts'
import { RowCopier } from '#shared/spans/copy-rows.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { decodeSpanTable, knownTable, withSections } from './decode-span-table.ts'
import { joinedReceived, receivedSince } from './received-parts.ts'
import { encodeSpanTable } from './encode-span-table.ts'
import { encodeSection } from './sections.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

function randomTable(seed: number, spans: number): SpanTableBuilder {
  const table = new SpanTableBuilder()
  addRandomSpans(table, new Random(seed), spans)
  return table
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

test(`whatever spans hold comes back, whole or in parts (seed ${SEED})`, () => {
  for (let round = 0; round < 60; round++) {
    const table = randomTable(SEED + round, round < 5 ? round : 1 + ((round * 7) % 90))
    const parts = encodeSpanTable(table)
    const wanted = describeSpans(table)
    expect(describeSpans(decodeSpanTable(parts)), `round ${round}`).toEqual(wanted)
    const decoded = decodeSpanTable(joined(parts))
    expect(describeSpans(decoded), `round ${round}`).toEqual(wanted)
    expect([...decoded.sections]).toEqual(['core', 'details', 'attributes', 'events', 'links'])
    // A decoded table encodes to the same bytes.
    expect(joined(encodeSpanTable(decoded))).toEqual(joined(parts))
  }
})

test(`core now, the rest later (seed ${SEED})`, () => {
  const table = randomTable(SEED, 50)
  const core = decodeSpanTable(encodeSpanTable(table, { sections: 'core' }))
  expect([...core.sections]).toEqual(['core'])
  const wanted = describeSpans(table)
  for (const [i, span] of describeSpans(core).entries()) {
    const { traceId, spanId, startTime, endTime, name, kind, status, resource, scope } = wanted[i]
    expect(span).toMatchObject({ traceId, spanId, startTime, endTime, name, kind, status, resource, scope })
    expect([span.attributes, span.events, span.links, span.statusMessage]).toEqual([[], [], [], ''])
  }
  const whole = withSections(core, encodeSpanTable(table, { sections: 'rest' }))
  expect(describeSpans(whole)).toEqual(wanted)
  expect(whole.spanId).toBe(core.spanId)
  expect(whole.sections.size).toBe(5)
  // One group at a time, in any order, some twice.
  let stepwise = core
  for (const group of ['links', 'attributes', 'links', 'details', 'events'] as const) {
    stepwise = withSections(stepwise, joined(encodeSpanTable(table, { sections: [group] })))
  }
  expect(describeSpans(stepwise)).toEqual(wanted)
})

test(`single keys (seed ${SEED})`, () => {
  const table = randomTable(SEED, 50)
  const core = decodeSpanTable(encodeSpanTable(table, { sections: 'core' }))
  const keys = ['__proto__', '', 'not there']
  const some = withSections(core, encodeSpanTable(table, { sections: ['attributes'], keys }))
  expect(some.sections.has('attributes')).toBe(false)
  const wanted = describeSpans(table).map(span => span.attributes.filter(([key]) => keys.includes(key)))
  expect(describeSpans(some).map(span => span.attributes)).toEqual(wanted)
  const all = withSections(some, encodeSpanTable(table, { sections: 'rest' }))
  expect(describeSpans(all)).toEqual(describeSpans(table))
})

test(`both ways to read attributes agree (seed ${SEED})`, () => {
  const table = randomTable(SEED, 80)
  const decoded = decodeSpanTable(encodeSpanTable(table))
  const flat = (t: SpanTable, text: string): string[] => {
    const found: string[] = []
    t.attributes.forKey(t.dictionary.find(text), (owner, type, low, high) => {
      found.push(
        `${owner} ${type} ${type === 1 ? t.dictionary.text(low) : type === 2 || (type > 2 && type < 5) ? `${low} ${high}` : ''}`,
      )
    })
    return found
  }
  for (const key of ['a', '', '__proto__', 'service.name', 'a.b.c'])
    expect(flat(decoded, key)).toEqual(flat(table, key))
  const uses = (t: SpanTable) =>
    t.attributes
      .keys()
      .map(({ key, type, count }) => `${t.dictionary.text(key)} ${type} ${count}`)
      .toSorted()
  expect(uses(decoded)).toEqual(uses(table))
  // First owner by owner through a few (searching), then all of them (by index), then a few again.
  const owners = [3, 0, 79, ...Array.from({ length: 80 }, (_, i) => i), 5, 0]
  const read = (t: SpanTable, owner: number) => {
    const found: string[] = []
    t.attributes.forOwner(owner, (key, type) => found.push(`${t.dictionary.text(key)} ${type}`))
    return found
  }
  for (const owner of owners) expect(read(decoded, owner)).toEqual(read(table, owner))
})

test('numbers are views on what was received', () => {
  const bytes = joined(encodeSpanTable(randomTable(1, 9)))
  const decoded = decodeSpanTable(bytes)
  for (const column of [decoded.spanId, decoded.startTime, decoded.name, decoded.eventTime, decoded.flags]) {
    expect(column.buffer).toBe(bytes.buffer)
  }
})

test('bytes that stand askew, in a Buffer, in shared memory', () => {
  const table = randomTable(2, 9)
  const bytes = joined(encodeSpanTable(table))
  const askew = new Uint8Array(bytes.length + 3)
  askew.set(bytes, 3)
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  for (const form of [askew.subarray(3), Buffer.from(askew.buffer, 3), Buffer.from(bytes), shared]) {
    const decoded = decodeSpanTable(form)
    expect(describeSpans(decoded)).toEqual(describeSpans(table))
    const copy = new SpanTableBuilder()
    const copier = new RowCopier(decoded, copy)
    for (let row = 0; row < decoded.rowCount; row++) copier.copy(row)
    expect(describeSpans(copy)).toEqual(describeSpans(table))
  }
})

test('an empty table, and one whose rows name no resource', () => {
  expect(describeSpans(decodeSpanTable(encodeSpanTable(new SpanTableBuilder())))).toEqual([])
  const table = new SpanTableBuilder()
  const row = table.beginSpan()
  table.traceId[row * 4] = 1
  table.spanId[row * 2] = 1
  table.endSpan()
  const [span] = describeSpans(decodeSpanTable(encodeSpanTable(table)))
  expect(span).toMatchObject({ name: '', resource: { attributes: [], service: undefined }, scope: { name: '' } })
})

test('one trace id for all rows is sent once', () => {
  const table = new SpanTableBuilder()
  addRandomSpans(table, new Random(7), 400, 1)
  const decoded = decodeSpanTable(encodeSpanTable(table, { sections: 'core' }))
  expect([...decoded.traceId]).toEqual([...table.traceId.subarray(0, 1600)])
  expect(decoded.received.columns.get('traceId')?.length).toBe(4)
})

test('sections of other rows are refused', () => {
  const core = decodeSpanTable(encodeSpanTable(randomTable(1, 9), { sections: 'core' }))
  const other = encodeSpanTable(randomTable(2, 9), { sections: 'rest' })
  expect(() => withSections(core, other)).toThrow(/other rows/)
  expect(() => decodeSpanTable(other)).toThrow(/core/)
})

test('an unknown kind of section is skipped', () => {
  const table = randomTable(3, 4)
  const parts = encodeSpanTable(table)
  const unknown = encodeSection({ kind: 999, valueType: 3, form: 1, first: 0, count: 5, key: 9 }, [Uint8Array.of(1, 2)])
  const end = encodeSection({ kind: 3, valueType: 0, form: 0, first: 0, count: parts.length - 1, key: 0 }, [])
  const more = [...parts.slice(0, -1), unknown, end]
  expect(describeSpans(decodeSpanTable(more))).toEqual(describeSpans(table))
})

test('every byte flipped: told, or the same', () => {
  const table = new SpanTableBuilder()
  addRandomSpans(table, new Random(5), 2)
  const bytes = joined(encodeSpanTable(table))
  for (let i = 0; i < bytes.length; i++) {
    for (const bit of [1, 128]) {
      const broken = bytes.slice()
      broken[i] ^= bit
      expect(() => decodeSpanTable(broken), `byte ${i}`).toThrow(DecodeError)
    }
  }
})

test('every length cut: told with its place', () => {
  const bytes = joined(encodeSpanTable(randomTable(5, 2)))
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeSpanTable(bytes.subarray(0, length)), `${length} bytes`).toThrow(DecodeError)
  }
  expect(() => decodeSpanTable(joined([bytes, Uint8Array.of(1, 2, 3)]))).toThrow(/begin with "SPNS" \(byte \d+\)/)
})

test(`sections with a right checksum and wrong content: a table or DecodeError (seed ${SEED})`, () => {
  const random = new Random(SEED)
  const parts = encodeSpanTable(randomTable(11, 12))
  let refused = 0
  for (let round = 0; round < 4000; round++) {
    const i = 1 + random.below(parts.length - 2)
    const view = new DataView(parts[i].buffer)
    const length = view.getUint32(16, true)
    const payload = parts[i].slice(24, 24 + length)
    const head = {
      kind: view.getUint16(0, true),
      valueType: parts[i][2],
      form: parts[i][3],
      first: view.getUint32(4, true),
      count: view.getUint32(8, true),
      key: view.getUint32(12, true),
    }
    const field = random.pick([
      'payload',
      'payload',
      'cut',
      'valueType',
      'form',
      'first',
      'count',
      'key',
      'kind',
    ] as const)
    let body = payload
    if (field === 'payload') {
      if (length > 0) payload[random.below(length)] = random.below(256)
    } else if (field === 'cut') body = payload.subarray(0, random.below(length + 1))
    else
      head[field] =
        random.pick([0, 1, 2, 3, 4, 8, 17, 81, 255, 0xffffffff]) &
        (field === 'valueType' || field === 'form' ? 255 : field === 'kind' ? 127 : -1)
    const broken = parts.with(i, encodeSection(head, [body]))
    try {
      // Everything that can be read is read.
      const table = decodeSpanTable(broken)
      for (let row = 0; row < table.rowCount; row++) table.attributes.forOwner(row, key => table.dictionary.text(key))
      describeSpans(table)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      refused++
    }
  }
  expect(refused).toBeGreaterThan(500)
})

test('what was received goes to another thread and is a table there', () => {
  const table = randomTable(4, 20)
  const bytes = joined(encodeSpanTable(table))
  const { received } = decodeSpanTable(bytes)
  const moved = structuredClone(received, { transfer: [bytes.buffer] })
  expect(bytes.buffer.byteLength).toBe(0)
  expect(describeSpans(knownTable(moved))).toEqual(describeSpans(table))
})

test('what has come since the core is sent alone, and is the table together with it', () => {
  const table = randomTable(4, 20)
  const core = decodeSpanTable(joined(encodeSpanTable(table, { sections: 'core' })))
  const whole = withSections(core, joined(encodeSpanTable(table, { sections: 'rest' })))
  const more = receivedSince(core.received, whole.received)
  expect(more.columns.has('spanId')).toBe(false)
  expect(describeSpans(knownTable(joinedReceived(core.received, more)))).toEqual(describeSpans(table))
})

test('the first value of a key is the one that comes first among all of its owner, in either form', () => {
  const table = randomTable(SEED, 80)
  const decoded = decodeSpanTable(encodeSpanTable(table))
  for (const of of [table, decoded]) {
    for (let row = 0; row < of.rowCount; row++) {
      const first = new Map<number, string>()
      of.attributes.forOwner(row, (key, ...value) => {
        if (!first.has(key)) first.set(key, value.join(' '))
      })
      for (const { key } of of.attributes.keys()) {
        let seen: string | undefined
        of.attributes.firstOf(row, key, (...value) => {
          seen = value.join(' ')
        })
        expect(seen, `seed ${SEED}, row ${row}`).toBe(first.get(key))
      }
    }
  }
})
