import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')

it('the program says its version', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const said = execFileSync(process.execPath, [join(ROOT, 'cli/main.ts'), '--version'], { encoding: 'utf8' })
  expect(said).toBe(`quorate ${version} (node ${process.versions.node}, ${process.platform} ${process.arch})\n`)
})

let folder = ''
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'quorate-launcher-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** `bin/quorate --version` with a cache folder, or without a home. */
function launched(caches?: string): string {
  const { NODE_COMPILE_CACHE: _cache, HOME: _home, XDG_CACHE_HOME: _caches, ...rest } = process.env
  const env = { ...rest, ...(caches && { XDG_CACHE_HOME: caches }) }
  return execFileSync(join(ROOT, 'bin/quorate'), ['--version'], { encoding: 'utf8', env })
}

it('the launcher keeps what Node compiled, and does without where it cannot', () => {
  expect(launched(folder)).toMatch(/^quorate /)
  expect(readdirSync(join(folder, 'quorate'))).not.toEqual([])
  const file = join(folder, 'file')
  writeFileSync(file, '')
  expect(launched(file)).toMatch(/^quorate /)
  expect(launched()).toMatch(/^quorate /)
})
