import type { KnipConfig } from 'knip'

const config: KnipConfig = {
  entry: [
    'server/main.ts!',
    'server/*-worker.ts!',
    'app/main.tsx!',
    'app/**/*.worker.ts!',
    'app/**/*-worker.ts!',
    'server/**/*-worker.ts!',
    '{shared,server,app}/**/*.test.{ts,tsx}',
    '{shared,server,app}/**/*.bench.ts',
    'e2e/**/*.spec.ts',
    'bench/*.ts',
    'scripts/*.{ts,mjs}',
    'scripts/lint/plugin.ts',
    'examples/**/*.{js,mjs,ts}',
  ],
  project: ['{shared,server,app,e2e,bench,scripts,examples}/**/*.{ts,tsx,mjs,js}'],
  ignore: ['**/generated/**', 'shared/globals.d.ts'],
  // Programs that the checks find on the machine.
  ignoreBinaries: ['chromium', 'apt-get', 'promtool'],
  ignoreExportsUsedInFile: { interface: true, type: true },
}

export default config
