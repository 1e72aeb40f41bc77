import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const root = new URL('../../../', import.meta.url)

it('docs/protocol.md says what a drawn round tolerates', async () => {
  const script = fileURLToPath(new URL('scripts/sim-committee.ts', root))
  const { stdout } = await promisify(execFile)(process.execPath, [script])
  const page = await readFile(new URL('docs/protocol.md', root), 'utf8')
  expect(page.split('<!-- committee -->')[1]!.split('<!-- /committee -->')[0]!.trim()).toBe(stdout.trim())
})
