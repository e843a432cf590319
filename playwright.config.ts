import { defineConfig } from '@playwright/test'
import { chromiumPath } from './scripts/chromium.ts'

/**
 * `journeys` are the end-to-end tests; `screens` takes the pictures of docs/screens (`npm run screens`). Fixtures start a real
 * server per worker on free ports, so no server is started here.
 */
export default defineConfig({
  testDir: 'e2e',
  outputDir: '.cache/test-results/playwright',
  // A machine of two cores runs the server, its workers, the browser and the test.
  workers: 1,
  fullyParallel: false,
  // A test that passes only the second time is a fault in it or in the program.
  retries: 0,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['line'], ['json', { outputFile: '.cache/test-results/playwright.json' }]],
  use: {
    browserName: 'chromium',
    locale: 'en-US',
    timezoneId: 'UTC',
    viewport: { width: 1440, height: 900 },
    // What was done and asked, without a copy of the page at each step: copies take a third of the whole run.
    trace: { mode: 'retain-on-failure', snapshots: false, screenshots: false, sources: false },
    launchOptions: { executablePath: chromiumPath(), args: ['--no-sandbox'] },
  },
  projects: [
    { name: 'journeys', testMatch: '**/*.spec.ts' },
    // Each picture is checked when it is taken: recording every step besides takes longer than the step.
    { name: 'screens', testMatch: '**/*.screens.ts', timeout: 600_000, use: { trace: 'off' } },
  ],
})
