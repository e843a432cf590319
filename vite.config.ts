import optimizeLocales from '@react-aria/optimize-locales-plugin'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { licences } from './scripts/licences.ts'
import { precompress } from './scripts/precompress.ts'

/** The server that `npm run dev` stands in front of. */
const server = 'http://127.0.0.1:16686'

const inBuild = licences()

export default defineConfig({
  root: 'app',
  // Relative to the page's <base href>, into which the server writes where the app lives.
  base: './',
  plugins: [
    react(),
    // React Aria carries the strings of 34 languages; the app speaks two.
    { ...optimizeLocales.vite({ locales: ['en-US', 'zh-CN'] }), enforce: 'pre' },
    inBuild.page,
    precompress(),
  ],
  worker: {
    format: 'es',
    plugins: inBuild.worker,
  },
  build: {
    outDir: '../dist/app',
    emptyOutDir: true,
    manifest: true,
    sourcemap: false,
    // The oldest that have light-dark(), which the tokens are written in.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // The server's content security policy allows no data: URL for scripts and fonts.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: {
      '/api': { target: server, changeOrigin: true },
      '/v1': { target: server, changeOrigin: true },
    },
  },
})
