/**
 * The decoders of Jaeger's wire formats of one thread, each loaded and made when its first message comes: most servers
 * never see most of them.
 */
import type { JaegerProtobufDecoder } from '#shared/formats/jaeger/decode-protobuf.ts'
import type { JaegerThriftDecoder, ThriftEncoding } from '#shared/formats/jaeger/decode-thrift.ts'

export interface JaegerDecoders {
  thrift(encoding: ThriftEncoding): Promise<JaegerThriftDecoder>
  protobuf(): Promise<JaegerProtobufDecoder>
}

export function createJaegerDecoders(): JaegerDecoders {
  const thrift = new Map<ThriftEncoding, Promise<JaegerThriftDecoder>>()
  let protobuf: Promise<JaegerProtobufDecoder> | undefined
  return {
    thrift(encoding) {
      let decoder = thrift.get(encoding)
      if (decoder === undefined) {
        decoder = import('#shared/formats/jaeger/decode-thrift.ts').then(made => new made.JaegerThriftDecoder(encoding))
        thrift.set(encoding, decoder)
      }
      return decoder
    },
    protobuf() {
      protobuf ??= import('#shared/formats/jaeger/decode-protobuf.ts').then(made => new made.JaegerProtobufDecoder())
      return protobuf
    },
  }
}
