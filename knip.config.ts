import type { KnipConfig } from 'knip'

const config: KnipConfig = {
  entry: [
    'server/main.ts!',
    'server/*-worker.ts!',
    'app/**/*-worker.ts!',
    'server/**/*-worker.ts!',
    '{shared,server,app}/**/*.test.{ts,tsx}',
    '{shared,server,app}/**/*.bench.ts',
    'e2e/**/*.spec.ts',
    'bench/*.ts',
    'scripts/*.{ts,mjs}',
    'examples/**/*.{js,mjs,ts}',
  ],
  project: ['{shared,server,app,e2e,bench,scripts,examples}/**/*.{ts,tsx,mjs,js}'],
  ignore: ['**/generated/**'],
  // Programs that the checks find on the machine.
  ignoreBinaries: ['apt-get'],
  // What is exported and used beside its declaration is no dead code.
  ignoreExportsUsedInFile: true,
}

export default config
