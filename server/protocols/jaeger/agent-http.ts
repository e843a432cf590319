/**
 * The agent's HTTP port: clients ask it how to sample and which baggage they may set. The answers are main's; here is
 * only which question of the agent's is which of the collector's. WIRE.md 13.2.
 */
import { listenHttp, type HttpRoute } from '#server/transport/http-listener.ts'
import type { Listener, ListenerContext } from '#server/transport/listener.ts'

/** Opens the listener. Rejects with the system's error. */
export function listenAgentHttp(context: ListenerContext, port: number): Promise<Listener> {
  const asking = (path: string, to = path): HttpRoute => ({
    method: 'GET',
    path,
    open: true,
    handle: ({ query, signal, headers: { host } }) =>
      context.forward(
        {
          method: 'GET',
          path: query === '' ? to : `${to}?${query}`,
          headers: host === undefined ? {} : { host },
          body: new Uint8Array(0),
        },
        signal,
      ),
  })
  return listenHttp(context, {
    name: 'sampling',
    port,
    routes: [
      // The oldest clients' form: the enumeration as a number, absent parts as null.
      asking('/', '/legacy-sampling'),
      asking('/sampling'),
      asking('/baggageRestrictions'),
    ],
  })
}
