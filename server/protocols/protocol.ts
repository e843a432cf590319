import type { Ingest } from '#server/pipeline/ingest.ts'
import type { Listener, ListenerContext } from '#server/transport/listener.ts'

/**
 * A way in: opens its sockets, turns bytes into rows, and their fate into its protocol's answer. One folder of server/protocols each;
 * knows transport, shared/formats and what its context hands it, never the pipeline or a store.
 */
export interface Protocol {
  readonly name: string
  /** Opens all listeners of the protocol in this thread; rejects when one cannot be opened, with those opened closed again. */
  listen(context: ProtocolContext): Promise<Listener[]>
}

/** The settings that hold the ports of protocols; a listen error is told in these words. */
export const portSettings = [
  'otlp-grpc-port',
  'otlp-http-port',
  'jaeger-grpc-port',
  'jaeger-http-port',
  'jaeger-compact-port',
  'jaeger-binary-port',
  'sampling-port',
  'sampling-grpc-port',
  'zipkin-port',
  'zipkin-compact-port',
] as const
export type PortSetting = (typeof portSettings)[number]

/** Those of datagrams. */
export const datagramPorts: ReadonlySet<PortSetting> = new Set<PortSetting>([
  'jaeger-compact-port',
  'jaeger-binary-port',
  'zipkin-compact-port',
])

/** What a protocol is handed. */
export interface ProtocolContext extends ListenerContext {
  /** Ports by the setting that names them; 0 for any free one. */
  readonly ports: Readonly<Record<PortSetting, number>>
  readonly ingest: Ingest
}

/** A port that could not be opened. Its cause is the system's error, whose `code` it has: `EADDRINUSE`. */
export class PortError extends Error {
  override readonly name = 'PortError'
  readonly setting: PortSetting
  readonly port: number
  /** The address that was asked for; undefined when the system does not say. */
  readonly host: string | undefined
  readonly code: string | undefined

  constructor(setting: PortSetting, port: number, cause: unknown) {
    super(`--${setting}: cannot listen on ${port}`, { cause })
    const { code, address } = cause as NodeJS.ErrnoException & { address?: string }
    this.setting = setting
    this.port = port
    this.host = address
    this.code = code
  }
}

/** Opens listeners one after the other; when one can't be opened, those that were are closed again. */
export async function openAll(openers: readonly (() => Promise<Listener>)[]): Promise<Listener[]> {
  const opened: Listener[] = []
  try {
    for (const open of openers) opened.push(await open())
    return opened
  } catch (error) {
    await Promise.all(opened.map(each => each.close(0)))
    throw error
  }
}

/** Opens the listener of one setting; rejects with PortError. */
export async function openPort(
  { ports }: Pick<ProtocolContext, 'ports'>,
  setting: PortSetting,
  open: (port: number) => Promise<Listener>,
): Promise<Listener> {
  try {
    return await open(ports[setting])
  } catch (error) {
    throw new PortError(setting, ports[setting], error)
  }
}
