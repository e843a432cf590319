/** The command line of `spoor import`. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export interface ImportFlags {
  /** As they were given; `-`: standard input. */
  readonly files: readonly string[]
  /** Without a slash at its end. */
  readonly server: URL
  readonly json: boolean
  /** Paths; undefined: none. */
  readonly tokenFile: string | undefined
  readonly caFile: string | undefined
}

export type ReadFlags =
  | { readonly kind: 'flags'; readonly flags: ImportFlags }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'error'; readonly message: string }

export const DEFAULT_SERVER = 'http://127.0.0.1:16686'

const HELP = `usage: spoor import FILE… [--server URL] [--json]

Sends trace files to a running server, which keeps their spans: Jaeger, OTLP and Zipkin in all the forms that the page
opens, packed with gzip or zstd or not. What a file is, its content says. FILE - is standard input.

  --server URL       the address of the screens (default ${DEFAULT_SERVER}); http://user:password@… when
                     senders must show a password
  --json             print what became of each file as JSON
  --token-file FILE  the bearer token that senders must show
  --ca-file FILE     certificates that an https server may be signed by
  --help

Exits with 0 when every file was read to its end, 1 when one was not, 2 when the command line is wrong.
`

/** Reads what stands behind the word `import`. */
export function readImportFlags(argv: readonly string[]): ReadFlags {
  let parsed
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        server: { type: 'string', default: DEFAULT_SERVER },
        json: { type: 'boolean', default: false },
        'token-file': { type: 'string' },
        'ca-file': { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    return { kind: 'error', message: `import: ${error instanceof Error ? error.message : String(error)}` }
  }
  const { values, positionals } = parsed
  if (values.help) return { kind: 'help', text: HELP }
  if (positionals.length === 0)
    return { kind: 'error', message: 'import: no file is named; spoor import --help says more' }
  if (positionals.filter(file => file === '-').length > 1) {
    return { kind: 'error', message: 'import: standard input (-) can be read once' }
  }
  const server = URL.parse(values.server)
  if (server === null || !['http:', 'https:'].includes(server.protocol)) {
    const seen = JSON.stringify(values.server.slice(0, 200))
    return { kind: 'error', message: `--server: got ${seen}, expected an address like ${DEFAULT_SERVER}` }
  }
  server.pathname = server.pathname.replace(/\/+$/u, '')
  const { 'token-file': tokenFile, 'ca-file': caFile, json } = values
  return { kind: 'flags', flags: { files: positionals, server, json, tokenFile, caFile } }
}

/**
 * A path as the person meant it: `npm start` runs in the folder of the program, and says where it was called in INIT_CWD. `program` is
 * that folder.
 */
export function pathFromCaller(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  program: string,
): string {
  const { INIT_CWD: called, npm_lifecycle_event: event, npm_package_json: manifest } = env
  const byNpm = event === 'start' && called !== undefined && manifest === resolve(program, 'package.json')
  return resolve(byNpm ? called : process.cwd(), path)
}
