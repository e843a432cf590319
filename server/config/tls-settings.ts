import type { Setting } from './setting.ts'
import { filePathOrNone, toggle } from './values.ts'

/**
 * TLS by door, under Jaeger's names (`--collector.grpc.tls.enabled`), and for all doors at once (`--tls.enabled`): a door speaks TLS when either
 * says so, and takes the general files for those of its own that are not given.
 */

/** Key of the settings, name before `.tls`, the listeners of the door, the door in words. */
const DOORS = [
  ['otlpGrpc', 'collector.otlp.grpc', ['otlp-grpc'], 'OTLP over gRPC'],
  ['otlpHttp', 'collector.otlp.http', ['otlp-http'], 'OTLP over HTTP'],
  ['jaegerGrpc', 'collector.grpc', ['jaeger-grpc'], 'Jaeger over gRPC'],
  ['jaegerHttp', 'collector.http', ['jaeger-http'], 'Jaeger over HTTP'],
  ['zipkin', 'collector.zipkin', ['zipkin'], 'Zipkin'],
  ['sampling', 'sampling.http', ['sampling'], 'sampling over HTTP'],
  ['samplingGrpc', 'sampling.grpc', ['sampling-grpc'], 'sampling over gRPC'],
  ['query', 'query.http', ['query'], 'the screens and the query API'],
  ['admin', 'admin.http', ['admin'], 'health and /metrics'],
] as const
type DoorKey = (typeof DOORS)[number][0]
type Door = DoorKey | 'all'

type TlsSettings = { readonly [D in Door as `${D}TlsEnabled`]: Setting<typeof toggle> } & {
  readonly [D in Door as `${D}TlsCert` | `${D}TlsKey` | `${D}TlsClientCa`]: Setting<typeof filePathOrNone>
}

function entries(): TlsSettings {
  const made: Record<string, Setting<typeof toggle> | Setting<typeof filePathOrNone>> = {}
  for (const [key, prefix, words] of [
    ['all', '', 'every TCP port'] as const,
    ...DOORS.map(([k, p, , w]) => [k, `${p}.`, w] as const),
  ]) {
    const general = key === 'all'
    const file = (name: string, meaning: string) => ({
      group: 'TLS' as const,
      name: `${prefix}tls.${name}`,
      schema: filePathOrNone,
      default: '',
      defaultMeaning: general ? 'none' : `that of --tls.${name}`,
      placeholder: 'FILE',
      ...(general ? {} : { unlisted: true as const }),
      meaning,
    })
    made[`${key}TlsEnabled`] = {
      group: 'TLS',
      name: `${prefix}tls.enabled`,
      schema: toggle,
      default: 'false',
      meaning: general ? `TLS on ${words}` : `TLS for ${words}`,
    }
    made[`${key}TlsCert`] = file(
      'cert',
      'The certificate with those that vouch for it, PEM; read again when it changes',
    )
    made[`${key}TlsKey`] = file('key', 'Its key, PEM')
    made[`${key}TlsClientCa`] = file(
      'client-ca',
      'Who connects must show a certificate that one of these vouches for, PEM',
    )
  }
  // Exactly the keys of the type: each door, each of its four settings.
  return made as unknown as TlsSettings
}

export const tlsSettings: TlsSettings = entries()

/** What a door is opened with: paths, and the name of its settings for messages. */
export interface TlsDoor {
  /** `collector.grpc.tls`. */
  readonly name: string
  readonly listener: string
  readonly cert: string
  readonly key: string
  /** Empty: nobody must show a certificate. */
  readonly clientCa: string
}

type Values = Readonly<Record<keyof TlsSettings, string | boolean>>

/** The doors that speak TLS. */
export function tlsDoors(settings: Values): TlsDoor[] {
  const doors: TlsDoor[] = []
  for (const [key, prefix, listeners] of DOORS) {
    if (settings[`${key}TlsEnabled`] !== true && settings.allTlsEnabled !== true) continue
    const file = (part: 'Cert' | 'Key' | 'ClientCa'): string =>
      String(settings[`${key}Tls${part}`] === '' ? settings[`allTls${part}`] : settings[`${key}Tls${part}`])
    for (const listener of listeners) {
      doors.push({ name: `${prefix}.tls`, listener, cert: file('Cert'), key: file('Key'), clientCa: file('ClientCa') })
    }
  }
  return doors
}
