/**
 * Ports tried before the store is opened: what is asked for is found free or refused in words, and 0 becomes a free one. Workers
 * share ports by `reusePort`, under which a second program of the same user would get in unnoticed: so each is tried alone
 * first. A port that was found is held until it is released, so that it is found once only and nobody takes it meanwhile.
 */
import { createSocket } from 'node:dgram'
import { createServer, isIPv6 } from 'node:net'
import { describeListenError, type ListenAddress } from './config/listening.ts'

export type PortKind = 'stream' | 'datagram'

/** A port that can't be had: the line to print. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken'
}

/** For 0: so often another free port is tried when one is free on the first host only. */
const MOST_TRIES = 50
/** So often ports are opened anew when one that was found free has been taken between its probe and its opening. */
const MOST_OPENINGS = 5

type Close = () => Promise<void>

export class PortProbes {
  readonly #hosts: readonly ListenAddress[]
  readonly #held = new Map<string, Close[]>()
  /** The settings that any free port does for. */
  readonly #free = new Map<string, PortKind>()

  constructor(hosts: readonly ListenAddress[]) {
    this.#hosts = hosts
  }

  /** The port of a setting on every host; rejects with PortTaken. */
  async find(setting: string, port: number, kind: PortKind): Promise<number> {
    if (port === 0) this.#free.set(setting, kind)
    for (let tries = 1; ; tries++) {
      const held: Close[] = []
      let found = port
      try {
        for (const { host, required } of this.#hosts) {
          try {
            const probe = await (kind === 'stream' ? holdStream(host, found) : holdDatagram(host, found))
            found = probe.port
            held.push(probe.close)
          } catch (error) {
            if (!required && (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') continue
            throw new PortTaken(describeListenError(error, setting, found, host), { cause: error })
          }
        }
        this.#held.set(setting, held)
        return found
      } catch (error) {
        await Promise.all(held.map(close => close()))
        if (port !== 0 || tries >= MOST_TRIES) throw error
      }
    }
  }

  /**
   * Lets go of ports that were found and opens them for good: `open` is called again, with another port, where one that was asked for
   * as 0 has been taken by somebody since, as `takenOf` tells of its error. Rejects with any other error of `open`.
   */
  async open<Setting extends string, Opened>(
    found: Readonly<Record<Setting, number>>,
    open: (ports: Readonly<Record<Setting, number>>) => Promise<Opened>,
    takenOf: (error: unknown) => Setting | undefined,
  ): Promise<Opened> {
    const ports: Record<Setting, number> = { ...found }
    for (let openings = 1; ; openings++) {
      await this.release(Object.keys(ports))
      try {
        return await open({ ...ports })
      } catch (error) {
        const taken = takenOf(error)
        const kind = taken === undefined ? undefined : this.#free.get(taken)
        if (taken === undefined || kind === undefined || openings >= MOST_OPENINGS) throw error
        ports[taken] = await this.find(taken, 0, kind)
      }
    }
  }

  /** Lets go of the ports of these settings, right before they are opened for good. */
  async release(settings: Iterable<string>): Promise<void> {
    for (const setting of settings) {
      await Promise.all((this.#held.get(setting) ?? []).map(close => close()))
      this.#held.delete(setting)
    }
  }
}

function holdStream(host: string, port: number): Promise<{ readonly port: number; readonly close: Close }> {
  return new Promise((resolve, reject) => {
    // Whoever comes now is too early, and would keep the probe open.
    const probe = createServer(socket => socket.destroy())
    probe.once('error', reject)
    probe.listen({ host, port, exclusive: true }, () => {
      const address = probe.address()
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : port,
        close: () => new Promise(closed => probe.close(() => closed())),
      })
    })
  })
}

function holdDatagram(host: string, port: number): Promise<{ readonly port: number; readonly close: Close }> {
  return new Promise((resolve, reject) => {
    const probe = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
    probe.once('error', error => {
      probe.close()
      reject(error)
    })
    probe.bind({ address: host, port, exclusive: true }, () =>
      resolve({ port: probe.address().port, close: () => new Promise(closed => probe.close(() => closed())) }),
    )
  })
}
