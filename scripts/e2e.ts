/** `npm run e2e [-- Playwright's arguments]` and `npm run screens`: the app built, a browser there, then Playwright. */
import { buildApp } from './build.ts'
import { ensureChromium } from './chromium.ts'
import { run } from './programs.ts'

async function main([project = 'journeys', ...args]: readonly string[]): Promise<number> {
  await ensureChromium()
  const built = await buildApp(true)
  if (built !== 0) return built
  return await run({ package: '@playwright/test', name: 'playwright' }, ['test', '--project', project, ...args])
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  // Said by ensureChromium, for the person at the terminal.
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
