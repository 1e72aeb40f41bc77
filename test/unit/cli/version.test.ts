import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')

it('the program says its version', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const said = execFileSync(process.execPath, [join(ROOT, 'cli/main.ts'), '--version'], { encoding: 'utf8' })
  expect(said).toBe(`quorate ${version} (node ${process.versions.node}, ${process.platform} ${process.arch})\n`)
})
