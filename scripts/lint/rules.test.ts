/**
 * Every rule is broken once, in a tree of its own that the real linter reads with the project's configuration; the message that a
 * person would see is what counts. A rule that no longer bites fails here.
 */
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRules, places } from './import-table.ts'
import { importProblem, placeOf } from './import-problem.ts'

const root = join(import.meta.dirname, '..', '..')
const tree = realpathSync(mkdtempSync(join(tmpdir(), 'spoor-lint-')))

interface Diagnostic {
  readonly filename: string
  readonly code: string
  readonly message: string
}

/** The file in which rule number `index` is broken: next to the row's own example, so that each import has a file to itself. */
function fixture(file: string, index: number): string {
  return /^server\/(main|errors)\.ts$|\/(ingest|store|protocol)\.ts$|main\.tsx$/.test(file)
    ? file
    : file.replace(/\/a(\.spec)?\.ts$/, `/case-${index}$1.ts`)
}

const imports = [...places, ...packageRules].map(({ place, breaks, why }, index) => ({
  place,
  why,
  specifier: breaks.import,
  file: fixture(breaks.file, index),
}))

/** Faults that are no import of one place by another: what the file says, and what the linter must answer. */
const others: readonly (readonly [file: string, text: string, message: string])[] = [
  ['shared/query/upwards.ts', "import '../spans/a.ts'", "leaves its folder: write '#shared/spans/a.ts'"],
  ['shared/query/long.ts', "import '#shared/query/a.ts'", "is in the same folder: write './a.ts'"],
  ['shared/query/bare.ts', "import './a'", 'has no file extension'],
  ['shared/query/reexport.ts', "export { a } from '#shared/api/a.ts'", 'shared/query may not import shared/api'],
  [
    'shared/query/typed.ts',
    "import type { A } from '#shared/api/a.ts'\nexport type B = A",
    'may not import shared/api',
  ],
  ['shared/query/dynamic.ts', "export const a = import('#shared/api/a.ts')", 'may not import shared/api'],
  ['shared/query/any.ts', 'export const a = (b: any): unknown => b', 'Unexpected `any`'],
  ['shared/query/default.ts', 'export default 1', 'named exports'],
  ['shared/query/console.ts', 'console.log(1)', 'console'],
  ['shared/query/silent.ts', '// oxlint-disable-next-line no-var\nvar a = 1\nexport { a }', 'needs its reason'],
  ['shared/query/ignore.ts', '// @ts-ignore\nexport const a: string = 1', 'Write @ts-expect-error'],
  ['shared/query/expect.ts', '// @ts-expect-error\nexport const a: string = 1', 'needs its reason'],
  ['shared/query/float.ts', 'async function a(): Promise<void> {}\na()', 'Promises must be awaited'],
  ['shared/query/ring-a.ts', "import type { B } from './ring-b.ts'\nexport type A = B | 1", 'cycle'],
  ['shared/query/ring-b.ts', "import type { A } from './ring-a.ts'\nexport type B = A | 2", 'cycle'],
  ['app/pages/search/fetching.ts', "export const a = fetch('/api')", 'Only app/api talks to the server'],
  ['app/pages/search/all-d3.ts', "import * as d3 from 'd3'\nexport const a = d3", "Import d3's functions by name"],
  [
    'app/pages/search/hook.tsx',
    "import { useState } from 'react'\nexport function A(p: { b: boolean }) { if (p.b) useState(1); return null }",
    'Hook',
  ],
]

/** What must pass. */
const fine: readonly (readonly [file: string, text: string])[] = [
  ['app/api/fetching.ts', "export const a = fetch('/api')"],
  ['app/pages/search/named-d3.ts', "import { scaleLinear } from 'd3'\nexport const a = scaleLinear"],
  [
    'shared/query/said.ts',
    '// oxlint-disable-next-line no-var -- a test of the rule that wants a reason\nvar a = 1\nexport { a }',
  ],
  [
    'shared/query/down.ts',
    "import '#shared/spans/table.ts'\nimport './deeper/a.ts'\nimport { z } from 'zod/mini'\nexport const a = z",
  ],
  ['server/routes/jaeger/typed.ts', "import type { A } from '#server/storage/store.ts'\nexport type B = A"],
  ['server/storage/blocks/read.test.ts', "import '#server/pipeline/queue.ts'\nimport '#shared/generator/shop.ts'"],
]

let diagnostics: readonly Diagnostic[] = []

beforeAll(() => {
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(tree, file)), { recursive: true })
    writeFileSync(join(tree, file), `${text}\n`)
  }
  for (const { file, specifier } of imports) write(file, `import '${specifier}'`)
  for (const [file, text] of [...others, ...fine]) write(file, text)
  write(
    'package.json',
    '{"type":"module","imports":{"#shared/*":"./shared/*","#server/*":"./server/*","#app/*":"./app/*"}}',
  )
  write(
    'tsconfig.json',
    '{"compilerOptions":{"strict":true,"module":"preserve","noEmit":true,"allowImportingTsExtensions":true,"lib":["ES2024","DOM"],"types":[],"jsx":"react-jsx"}}',
  )
  write('.gitignore', 'node_modules')
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  // The configuration stands in the tree itself, because its overrides name files from where it is.
  copyFileSync(join(root, 'oxlint.config.ts'), join(tree, 'oxlint.config.ts'))
  mkdirSync(join(tree, 'scripts', 'lint'), { recursive: true })
  for (const file of readdirSync(import.meta.dirname)) {
    if (!file.endsWith('.test.ts')) copyFileSync(join(import.meta.dirname, file), join(tree, 'scripts', 'lint', file))
  }
  const linter = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint')
  let out: string
  try {
    out = execFileSync(process.execPath, [linter, '-f', 'json'], {
      cwd: tree,
      encoding: 'utf8',
      maxBuffer: 1 << 24,
    })
  } catch (error) {
    // The linter ends with 1 when it found something, which is what it is here for.
    out = String((error as { stdout?: unknown }).stdout)
  }
  diagnostics = (JSON.parse(out) as { diagnostics: Diagnostic[] }).diagnostics
})

afterAll(() => {
  rmSync(tree, { recursive: true, force: true })
})

function messages(file: string): readonly string[] {
  return diagnostics.filter(found => found.filename === file).map(found => found.message)
}

test.for(imports)('$place may not import $specifier', ({ file, specifier, why }) => {
  const found = messages(file).filter(message => message.includes(`'${specifier}'`))
  expect(found).toHaveLength(1)
  expect(found[0]).toContain(`because ${why}`)
})

test.for(others)('%s: %s', ([file, , message]) => {
  expect(messages(file).join('\n')).toContain(message)
})

test.for(fine)('%s passes', ([file]) => {
  expect(messages(file)).toEqual([])
})

test('every example of the table is in the place that it is an example of', () => {
  for (const row of places) expect(placeOf(row.breaks.file)?.row).toBe(row)
})

test('what a row allows passes', () => {
  for (const row of places) {
    for (const entry of row.may) {
      const folder = entry.replace('/**', '/some-folder').replace('/*', '/another')
      const target = folder.endsWith('.ts') ? folder : `${folder}/some-file.ts`
      const beside = dirname(target) === dirname(row.breaks.file)
      const specifier = beside ? `./${basename(target)}` : `#${target}`
      expect(importProblem(row.breaks.file, specifier), `${row.breaks.file} imports ${specifier}`).toBeUndefined()
    }
  }
})
