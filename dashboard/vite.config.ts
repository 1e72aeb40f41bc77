import { join } from 'node:path'
import { defineConfig } from 'vite'
import { sizeLimit } from './size-limit.ts'

/** All that a browser loads, compressed. */
const MOST_KIB = 300

/** The page as static files in `dashboard/dist`: no other host, no inline script or style, paths relative to where the node serves them. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  cacheDir: join(import.meta.dirname, '../node_modules/.cache/dashboard'),
  resolve: {
    // The system clock of src/core waits with a timer of Node; nothing in the page waits by it.
    alias: { 'node:timers/promises': join(import.meta.dirname, 'no-timers.ts') },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: true,
    // A module preload polyfill would be inline script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  plugins: [sizeLimit(MOST_KIB)],
})
