/** `npm run check`: types, lint, format, what nobody uses, and what must not stand in the tree. All of it, then the verdict. */
import { run, type Program } from './programs.ts'

const steps: readonly (readonly [what: string, program: Program, args: readonly string[]])[] = [
  ...['shared', 'server', 'app', 'tests'].map(
    project =>
      [
        `types of ${project}`,
        { package: 'typescript', name: 'tsc' },
        ['-p', `tsconfig.${project}.json`, '--pretty'],
      ] as const,
  ),
  ['lint', { package: 'oxlint' }, []],
  ['format', { package: 'oxfmt' }, ['--check']],
  ['unused files, exports and packages', { package: 'knip' }, ['--no-progress']],
  ['tracked files', { script: 'scripts/tree-check.ts' }, []],
]

/** Runs every step, whatever the others say; the names of those that failed. */
export async function check(): Promise<readonly string[]> {
  const failed: string[] = []
  for (const [what, program, args] of steps) {
    const start = performance.now()
    const code = await run(program, args, 300_000)
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`${code === 0 ? 'ok' : 'FAILED'}  ${what} (${seconds} s)`)
    if (code !== 0) failed.push(what)
  }
  return failed
}

if (import.meta.main) {
  const failed = await check()
  if (failed.length > 0) console.error(`check failed: ${failed.join(', ')}`)
  process.exitCode = failed.length > 0 ? 1 : 0
}
