/** The browser of the tests: where it is, and how it gets there. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** Chromium's program: CHROMIUM_PATH, then an installed one; undefined leaves it to Playwright's own. */
export function chromiumPath(): string | undefined {
  const named = process.env.CHROMIUM_PATH
  if (named !== undefined && named !== '') return named
  return places.find(place => existsSync(place))
}

/** Debian's packages: the browser, and fonts for Latin and Chinese text. */
const packages = ['chromium', 'fonts-liberation', 'fonts-noto-cjk']

/**
 * Makes sure that there is a Chromium: as root on Debian it is installed, elsewhere the error says how.
 * @throws Error with a sentence for the person at the terminal.
 */
export async function ensureChromium(): Promise<void> {
  const path = chromiumPath()
  if (path !== undefined && existsSync(path)) return
  if (path !== undefined) throw new Error(`CHROMIUM_PATH is ${path}, and there is no such file.`)
  const { chromium } = await import('@playwright/test')
  if (existsSync(chromium.executablePath())) return
  const debian = process.platform === 'linux' && existsSync('/usr/bin/apt-get')
  if (!debian || process.getuid?.() !== 0) {
    const how = debian ? `sudo apt-get install ${packages.join(' ')}` : 'npx playwright install chromium'
    throw new Error(`The tests need Chromium. Install it with \`${how}\`, or set CHROMIUM_PATH to one that is there.`)
  }
  console.error('Installing Chromium and fonts with apt-get (once)')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', ...packages]]) {
    const done = spawnSync('apt-get', ['--quiet=2', ...args], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    if (done.status !== 0) throw new Error(`apt-get ${args.join(' ')} failed:\n${done.stderr}`)
  }
}
