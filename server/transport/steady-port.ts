/**
 * For tests: a port that a program can come back to. One that a listener on port 0 was given is, once that listener is closed, given to
 * the next who asks for any, or to a connection that somebody opens; so a port is taken from below those that the system gives out.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

/** Ports below this one belong to services with a name, or are asked for by number in other tests. */
const FIRST = 18_000
/** Where the system's own begin when it does not say. */
const USUAL_END = 32_768
const MOST_TRIES = 100

/** A port of 127.0.0.1 on which nobody listens now. Each call gives another one with all likelihood. */
export async function steadyPort(): Promise<number> {
  const end = endOfSteady()
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const port = FIRST + Math.floor(Math.random() * (end - FIRST))
    if (await isFree(port)) return port
  }
  throw new Error(`no free port of ${MOST_TRIES} tried from ${FIRST} to ${end}`)
}

function endOfSteady(): number {
  try {
    const given = Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10)
    // A machine that gives out nearly all of them: then any will do.
    return given > FIRST + MOST_TRIES ? given : 65_535
  } catch {
    return USUAL_END
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => resolve(true)))
  })
}
