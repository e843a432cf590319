/** `npm run e2e [-- Playwright's arguments]` and `npm run screens`: the app built, a browser there, then Playwright. */
import { buildApp } from './build.ts'
import { ensureChromium } from './chromium.ts'
import { run } from './programs.ts'

const [project = 'journeys', ...args] = process.argv.slice(2)
await ensureChromium()
const built = await buildApp(true)
process.exitCode =
  built === 0
    ? await run({ package: '@playwright/test', name: 'playwright' }, ['test', '--project', project, ...args])
    : built
