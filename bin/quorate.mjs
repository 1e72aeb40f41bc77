#!/usr/bin/env node
// Starts the CLI under the Node 24 that npm installed with the package, whatever Node the host has.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url))
if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(main)
} else {
  const bundled = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node')
  if (!existsSync(bundled)) {
    console.error('Quorate needs Node 24. Run `npm ci` in its folder (it installs one), or use Node 24 yourself.')
    process.exit(2)
  }
  const { status, signal } = spawnSync(bundled, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exit(signal ? 130 : (status ?? 1))
}
