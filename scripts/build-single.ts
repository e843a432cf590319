/**
 * Builds the single file dist/spoor.html: `node scripts/build-single.ts`. One page with its scripts, workers, styles and
 * fonts inside, that opens files without a server: from a disk, from any web server, with the network off. Its content
 * security policy lets it connect to nothing.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import optimizeLocales from '@react-aria/optimize-locales-plugin'
import react from '@vitejs/plugin-react'
import { type InlineConfig, type Plugin, build } from 'vite'
import { REACT_ARIA_STYLE_HASHES, TRUSTED_TYPES_POLICY } from '#shared/api/content-security-policy.ts'
import { root } from './programs.ts'

/** What one colleague mails to another. */
const MOST_BYTES = 2 * 1024 * 1024

const app = join(root, 'app')

/** Stand-ins of the single file for what the served app has. */
const standIns: ReadonlyMap<string, string> = new Map([
  [join(app, 'api/fetch-json.ts'), join(app, 'single/fetch-json.ts')],
  [join(app, 'api/worker-url.ts'), join(app, 'single/worker-url.ts')],
])

function withStandIns(): Plugin {
  return {
    name: 'spoor-stand-ins',
    enforce: 'pre',
    async resolveId(source, importer, options) {
      if (!/(?:fetch-json|worker-url)\.ts$/u.test(source)) return undefined
      const found = await this.resolve(source, importer, { ...options, skipSelf: true })
      const standIn = found === null ? undefined : standIns.get(found.id)
      return standIn === undefined || importer === standIn ? found : standIn
    },
  }
}

const MARK = '?worker&url'

/** A worker becomes a text in the page, and its address that of a blob made of it. */
function withWorkersInside(): Plugin {
  return {
    name: 'spoor-workers-inside',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!source.endsWith(MARK)) return undefined
      const found = await this.resolve(source.slice(0, -MARK.length), importer, { skipSelf: true })
      return found === null ? undefined : `\0worker:${found.id}.js`
    },
    async load(id) {
      if (!id.startsWith('\0worker:')) return undefined
      const { code } = await bundle(id.slice('\0worker:'.length, -'.js'.length), 'iife', [])
      return `export default URL.createObjectURL(new Blob([${JSON.stringify(code)}], { type: 'text/javascript' }))`
    },
  }
}

interface Bundle {
  readonly code: string
  readonly css: string
}

/** One module with all that it imports as one script, and its styles. */
async function bundle(entry: string, format: 'es' | 'iife', plugins: InlineConfig['plugins']): Promise<Bundle> {
  const built = await build({
    configFile: false,
    root: app,
    logLevel: 'warn',
    plugins: [withStandIns(), withWorkersInside(), plugins],
    define: {
      'process.env.NODE_ENV': '"production"',
      // Vite's helper for chunks that are fetched later is there all the same, though there are none.
      ...(format === 'iife' ? { 'import.meta': '{}' } : {}),
    },
    build: {
      write: false,
      target: ['chrome123', 'firefox120', 'safari17.5'],
      assetsInlineLimit: Number.MAX_SAFE_INTEGER,
      cssCodeSplit: false,
      modulePreload: false,
      reportCompressedSize: false,
      // A public folder is what the server serves beside the app.
      copyPublicDir: false,
      rolldownOptions: { input: entry, output: { format, codeSplitting: false } },
    },
  })
  const outputs = (Array.isArray(built) ? built : [built]).flatMap(one => ('output' in one ? one.output : []))
  const chunks = outputs.filter(one => one.type === 'chunk')
  if (chunks.length !== 1) throw new Error(`${entry} became ${chunks.length} scripts; expected one`)
  const styles = outputs.filter(one => one.type === 'asset' && one.fileName.endsWith('.css'))
  const css = styles.map(one => (one.type === 'asset' ? String(one.source) : '')).join('\n')
  return { code: chunks[0].code, css }
}

/** The text of a script as it may stand between its tags: an end of the element in a string would end it. */
function inElement(code: string): string {
  return code.replaceAll(/<\/(script)/giu, '<\\/$1').replaceAll('<!--', '<\\!--')
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** The page's own policy: it runs what stands in it, draws, and connects to nothing. */
function policyOf(scripts: readonly string[], styles: readonly string[]): string {
  const styleHashes = [...styles.map(hashOf), ...REACT_ARIA_STYLE_HASHES.map(hash => `'${hash}'`)]
  return [
    "default-src 'none'",
    `script-src ${scripts.map(hashOf).join(' ')} 'wasm-unsafe-eval' blob:`,
    `style-src ${styleHashes.join(' ')}`,
    'worker-src blob:',
    'img-src data: blob:',
    'font-src data:',
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${TRUSTED_TYPES_POLICY}`,
  ].join('; ')
}

/** The whole page. */
export async function singlePage(): Promise<string> {
  const { code, css } = await bundle(join(app, 'single/main.tsx'), 'es', [
    react(),
    { ...optimizeLocales.vite({ locales: ['en-US', 'zh-CN'] }), enforce: 'pre' },
  ])
  const read = (name: string): string => readFileSync(join(app, 'public', name), 'utf8')
  const beforePaint = inElement(read('before-paint.js'))
  const script = inElement(code)
  const styles = `${read('layers.css')}\n${css}`
  const icon = `data:image/svg+xml,${encodeURIComponent(read('favicon.svg'))}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf([beforePaint, script], [styles])}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Spoor</title>
<link rel="icon" href="${icon}" type="image/svg+xml">
<style>${styles}</style>
<script>${beforePaint}</script>
</head>
<body>
<div id="app"></div>
<noscript>Spoor draws traces in the browser and needs JavaScript.</noscript>
<script type="module">${script}</script>
</body>
</html>
`
}

async function main(): Promise<void> {
  const page = await singlePage()
  const bytes = Buffer.byteLength(page)
  const file = join(root, 'dist', 'spoor.html')
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(file, page)
  console.log(`dist/spoor.html: ${(bytes / 1024).toFixed(0)} KiB`)
  if (bytes > MOST_BYTES) {
    console.error(`dist/spoor.html has ${bytes} bytes; at most ${MOST_BYTES}`)
    process.exitCode = 1
  }
}

if (import.meta.main) await main()
