/**
 * The decoders of Zipkin's wire formats of one thread, each loaded and made when its first message comes: most servers
 * never see most of them.
 */
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

/** Appends the spans of a message to a table; throws as the decoders do. */
export type ZipkinDecode = (bytes: Uint8Array, rows: SpanTableBuilder) => void

/** `thriftMessage` is a datagram's call in the compact encoding, `thrift` a bare list in the binary one. */
export type ZipkinForm = 'json' | 'protobuf' | 'thrift' | 'thriftMessage'

export type ZipkinDecoders = (form: ZipkinForm) => Promise<ZipkinDecode>

export function createZipkinDecoders(): ZipkinDecoders {
  const made = new Map<ZipkinForm, Promise<ZipkinDecode>>()
  return form => {
    let decode = made.get(form)
    if (decode === undefined) made.set(form, (decode = load(form)))
    return decode
  }
}

async function load(form: ZipkinForm): Promise<ZipkinDecode> {
  switch (form) {
    case 'json': {
      const { ZipkinJsonDecoder } = await import('#shared/formats/zipkin/zipkin-json-decoder.ts')
      const decoder = new ZipkinJsonDecoder()
      return (bytes, rows) => decoder.decode(bytes, rows)
    }
    case 'protobuf': {
      const { ZipkinProtobufDecoder } = await import('#shared/formats/zipkin/zipkin-protobuf-decoder.ts')
      const decoder = new ZipkinProtobufDecoder()
      return (bytes, rows) => decoder.decode(bytes, rows)
    }
    case 'thrift':
    case 'thriftMessage': {
      const { ZipkinThriftDecoder } = await import('#shared/formats/zipkin/zipkin-thrift-decoder.ts')
      const decoder = new ZipkinThriftDecoder(form === 'thrift' ? 'binary' : 'compact')
      return form === 'thrift'
        ? (bytes, rows) => decoder.decodeList(bytes, rows)
        : (bytes, rows) => decoder.decodeMessage(bytes, rows)
    }
  }
}
