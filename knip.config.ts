import type { KnipConfig } from 'knip'

const config: KnipConfig = {
  entry: [
    'server/main.ts!',
    'server/*-worker.ts!',
    'app/**/*-worker.ts!',
    'server/**/*-worker.ts!',
    '{shared,server,app}/**/*.test.{ts,tsx}',
    'e2e/**/*.spec.ts',
    'peers/**/*.test.ts',
    'peers/programs/*.mjs',
    'bench/*.ts',
    'scripts/*.{ts,mjs}',
    'examples/**/*.{js,mjs,ts}',
  ],
  project: ['{shared,server,app,e2e,peers,bench,scripts,examples}/**/*.{ts,tsx,mjs,js}'],
  ignore: ['**/generated/**'],
  // Programs that the checks find on the machine.
  ignoreBinaries: ['apt-get', 'unshare'],
  // The pieces do not all meet yet: what nobody imports is looked for again once server/main.ts and the pages exist.
  exclude: ['files', 'exports', 'types', 'dependencies', 'devDependencies'],
  // What is exported and used beside its declaration is no dead code.
  ignoreExportsUsedInFile: true,
}

export default config
