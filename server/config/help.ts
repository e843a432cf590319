import { groups, type Machine } from './setting.ts'
import { isToggle, settingEntries, variableOf } from './settings-table.ts'

/** What stands above the settings of a group. */
const GROUP_NOTES: Readonly<Partial<Record<(typeof groups)[number], readonly string[]>>> = {
  TLS: [
    'A port speaks TLS when its own switch or the general one says so. Beside each switch `--NAME.tls.enabled` there are `--NAME.tls.cert`, ' +
      '`--NAME.tls.key` and `--NAME.tls.client-ca` for files that are not the general ones. The names are Jaeger’s, and so are the variables: ' +
      '`COLLECTOR_GRPC_TLS_ENABLED` is taken like `SPOOR_COLLECTOR_GRPC_TLS_ENABLED`. Versions are 1.2 and 1.3, ciphers are Node’s. Old Jaeger clients ' +
      'ask port 5778 without TLS only.',
  ],
}

/** `--help`: all settings by group, with their defaults on this machine, at most 80 columns wide. */
export function formatHelp(machine: Machine): string {
  const lines = [
    'Usage: spoor [--NAME VALUE]...      the whole server',
    '       spoor collector [--NAME ...]  the same, defaults of Jaeger’s collector',
    '       spoor agent --help            beside programs that send over UDP',
    '       spoor import FILE...          keeps trace files; spoor import --help',
    '',
    ...wrap(
      'Takes in traces as OpenTelemetry, Jaeger and Zipkin send them, keeps them, and shows them at http://localhost:16686. Every setting is a flag, a variable ' +
        '(--query-port is SPOOR_QUERY_PORT) and a key of the --config file (query-port); a flag counts before a variable, that ' +
        'before the file.',
      80,
    ),
  ]
  for (const group of groups) {
    lines.push('', `${group}:`)
    for (const text of GROUP_NOTES[group] ?? [])
      lines.push(...wrap(text.replaceAll('`', ''), 76).map(line => `    ${line}`))
    for (const [, entry] of settingEntries()) {
      if (entry.group !== group || entry.unlisted === true) continue
      const value = entry.placeholder === undefined ? '' : ` ${entry.placeholder}`
      const chosen = typeof entry.default === 'function' ? entry.default(machine) : entry.default
      const fallback = entry.defaultMeaning ?? chosen
      const text = isToggle(entry) ? entry.meaning : `${entry.meaning} [${fallback}]`
      const jaeger = entry.jaegerName === undefined ? '' : `, --${entry.jaegerName}`
      lines.push(`  --${entry.name}${value}${jaeger}`, ...wrap(text, 72).map(line => `        ${line}`))
    }
  }
  lines.push('', '  --help, -h', '        This text', '  --version, -v', '        The version', '')
  return lines.join('\n')
}

/** Lines of at most `width` characters, broken between words. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  lines.push(line)
  return lines
}

/** docs/configuration.md: the same table for reading at leisure. */
export function formatReference(): string {
  const lines = [
    '# Configuration',
    '',
    '<!-- Written by `node server/config/write-reference.ts` from server/config/settings-table.ts. -->',
    '',
    'Every setting is a flag, an environment variable and a key of the YAML file that `--config` names. Of these, the first that is',
    'given counts: flag, variable, file, default. An unknown flag, variable (`SPOOR_…`) or key stops the program with a line that says so.',
    '',
    '```sh',
    'spoor --query-port 8080',
    'SPOOR_QUERY_PORT=8080 spoor',
    'spoor --config spoor.yaml',
    '```',
    '',
    '```yaml',
    '# spoor.yaml: flat or nested at the dashes',
    'query-port: 8080',
    'otlp:',
    '  grpc-port: 5317',
    '  http-port: 5318',
    "allowed-hosts: [traces.example, '*.internal.example']",
    '```',
    '',
    'Durations are written as `7d`, `1h30m`, `250ms`; sizes as `64MiB`, `10GB`, `512Mi` or a number of bytes; lists with commas or, in the',
    'file, as a YAML list. A toggle is `true` or `false`; its flag alone means `true`. An empty variable counts as absent.',
  ]
  for (const group of groups) {
    const rows = [['setting', 'variable', 'default', 'meaning']]
    for (const [, entry] of settingEntries()) {
      if (entry.group !== group || entry.unlisted === true) continue
      const value = entry.placeholder === undefined ? '' : ` ${entry.placeholder}`
      const fallback = entry.defaultMeaning ?? `\`${String(entry.default)}\``
      const jaeger = entry.jaegerName === undefined ? '' : `, \`--${entry.jaegerName}\``
      rows.push([`\`--${entry.name}${value}\`${jaeger}`, `\`${variableOf(entry.name)}\``, fallback, entry.meaning])
    }
    const notes = (GROUP_NOTES[group] ?? []).flatMap(text => [...wrap(text, 150), ''])
    lines.push('', `## ${group}`, '', ...notes, ...markdownTable(rows))
  }
  lines.push('')
  return lines.join('\n')
}

/** A table with its columns padded to one width, as the formatter leaves it. The first row is the head. */
function markdownTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)))
  const lines = rows.map(row => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`)
  return [lines[0], `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`, ...lines.slice(1)]
}
