import { isIPv4, isIPv6 } from 'node:net'
import type { Settings } from './settings-table.ts'

/** One address to listen on. */
export interface ListenAddress {
  /** An IP address without brackets, or a host name. */
  readonly host: string
  /** False for `::1` beside `127.0.0.1`: a machine without IPv6 goes without it. */
  readonly required: boolean
}

/** The addresses of every listener: both loopback ones by default. */
export function listenAddresses(settings: Pick<Settings, 'listenHost'>): readonly ListenAddress[] {
  const host = settings.listenHost
  if (host === 'loopback' || host === 'localhost') {
    return [
      { host: '127.0.0.1', required: true },
      { host: '::1', required: false },
    ]
  }
  return [{ host, required: true }]
}

/** Whether only programs on this machine reach the address. A host name other than localhost counts as reachable for others. */
export function isLoopback(host: string): boolean {
  if (host === 'loopback' || host === 'localhost' || host.endsWith('.localhost')) return true
  if (isIPv4(host)) return host.startsWith('127.')
  if (isIPv6(host)) {
    const address = new URL(`http://[${host}]`).hostname
    return address === '[::1]' || address.startsWith('[::ffff:7f')
  }
  return false
}

/**
 * The line with which the program refuses to start when anyone on the network could use it without logging in; undefined when it may
 * start. Who reads is not asked for a login yet, and who sends over UDP can't be, so an address that others reach always needs the switch.
 */
export function refusedBinding(
  settings: Pick<Settings, 'listenHost' | 'allowUnauthenticated' | 'ingestTokenFile' | 'ingestPasswordFile'>,
): string | undefined {
  if (isLoopback(settings.listenHost) || settings.allowUnauthenticated) return undefined
  const asked = settings.ingestTokenFile !== '' || settings.ingestPasswordFile !== ''
  const open = asked ? 'who reads, or sends over UDP, would not have to log in' : 'nobody would have to log in'
  return (
    `--listen-host: ${settings.listenHost} can be reached from outside and ${open}; ` +
    'add --allow-unauthenticated if that is meant, or listen on loopback'
  )
}

/** Host names (patterns without port) that requests may be addressed to; `*` alone for any. */
export function allowedHosts(settings: Pick<Settings, 'listenHost' | 'allowedHosts'>): readonly string[] {
  if (settings.allowedHosts.length > 0) return settings.allowedHosts
  // On loopback a foreign name can only be a page that rebinds its own name to this machine.
  return isLoopback(settings.listenHost)
    ? ['localhost', '*.localhost', '127.0.0.1', '[::1]', 'host.docker.internal']
    : ['*']
}

/** One line for a listener that could not be opened: what, where, and what to do. `settingName` without dashes: `query-port`. */
export function describeListenError(error: unknown, settingName: string, port: number, host?: string): string {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const at = host === undefined ? String(port) : `${host.includes(':') ? `[${host}]` : host}:${port}`
  switch (code) {
    case 'EADDRINUSE':
      return (
        `--${settingName}: ${at} is in use by another program (a Jaeger, or this one a second time?); ` +
        `choose another port, or move all of them with --port-offset 10000`
      )
    case 'EACCES':
      return `--${settingName}: ${at} may not be opened by this user, expected a port from 1024 up; try --port-offset 10000`
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return `--listen-host: ${host ?? 'the address'} is not an address of this machine (${code}, for --${settingName})`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `--listen-host: ${host ?? 'the name'} cannot be resolved (${code}, for --${settingName})`
    default:
      return `--${settingName}: cannot listen on ${at}: ${code === '' ? messageOf(error) : code}`
  }
}

/** One line for a data folder that cannot be used. */
export function describeDataDirError(error: unknown, dataDir: string): string {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'this user may not write there',
    EPERM: 'this user may not write there',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'a part of the path is a file',
    EEXIST: 'a file stands there',
    ENOENT: 'no folder can be made there',
    ENOSPC: 'the disk is full',
  }
  return `--data-dir: ${dataDir} cannot be used: ${reasons[code] ?? (code === '' ? messageOf(error) : code)}; name another folder, or use --storage memory`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
