import type { KnipConfig } from 'knip'

const config: KnipConfig = {
  entry: [
    'server/main.ts!',
    'server/*-worker.ts!',
    'app/**/*-worker.ts!',
    // Put together by scripts/build-single.ts, by path.
    'app/single/*.{ts,tsx}!',
    'server/**/*-worker.ts!',
    'server/config/write-reference.ts',
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
  ignoreBinaries: ['apt-get', 'unshare', 'promtool', 'prometheus', 'taskset'],
  ignoreDependencies: [
    // By the path of its program (scripts/check.ts), by a style sheet, by the page's preload links.
    'oxfmt',
    '@fontsource-variable/.*',
    // Writes shared/formats/**/generated, by hand when a .proto changes.
    'ts-proto',
    // The external stores come next.
    '@elastic/elasticsearch',
  ],
  // What is exported and used beside its declaration is no dead code.
  ignoreExportsUsedInFile: true,
}

export default config
