import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { chromiumPath } from './scripts/chromium.ts'

/** What is waited for comes at once, or a little later on a machine that is busy with other things. */
const patient = { poll: { timeout: 15_000 } }

/**
 * Three projects. `node` runs what needs no page: shared/, server/, the scripts, and those tests of app/ that compute (layouts, URL
 * state). `browser` runs `*.browser.test.ts(x)` in a real Chromium: components, canvas, workers. `peers` sends with other people's
 * clients that have to be fetched first, and is not part of `npm test`.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: ['{shared,server,app,scripts,bench,peers}/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/*.peers.test.ts', '**/node_modules/**'],
          testTimeout: 300_000,
          hookTimeout: 60_000,
          expect: patient,
        },
      },
      {
        test: {
          name: 'peers',
          environment: 'node',
          include: ['peers/*.peers.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          expect: patient,
        },
      },
      {
        plugins: [react()],
        // All packages of the app are found before the first test: one found later would reload the page under the tests.
        optimizeDeps: { entries: ['app/**/*.{ts,tsx}'] },
        test: {
          name: 'browser',
          include: ['app/**/*.browser.test.{ts,tsx}'],
          setupFiles: ['app/testing.ts'],
          testTimeout: 60_000,
          expect: patient,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: chromiumPath(), args: ['--no-sandbox'] },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
    // Two cores for the tests, the servers that they start and a browser.
    maxWorkers: 2,
    passWithNoTests: true,
  },
})
