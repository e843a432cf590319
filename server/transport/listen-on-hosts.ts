import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import type { ListenerContext } from './listener.ts'

/** Opens one server a host, all on one port: 0 takes the port that the first is given. Rejects with the system's error, none left open. */
export async function listenOnHosts<Kind extends Server>(
  context: Pick<ListenerContext, 'hosts' | 'reusePort'>,
  port: number,
  create: () => Kind,
): Promise<Kind[]> {
  const opened: Kind[] = []
  let chosen = port
  for (const { host, required } of context.hosts) {
    const server = create()
    try {
      server.listen({ host, port: chosen, reusePort: context.reusePort, backlog: 1024 })
      await once(server, 'listening')
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (!required && opened.length > 0 && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) continue
      for (const each of opened) each.close()
      throw error
    }
    opened.push(server)
    chosen = (server.address() as AddressInfo).port
  }
  return opened
}
