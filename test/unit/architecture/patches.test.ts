import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const patches = ['test/chaos/regressions', 'test/game/faults'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.patch'))
    .map((file) => join(folder, file)),
)

it.each(patches)('%s, a fault to be put back, fits the sources of today', (patch) => {
  const { status, stderr } = spawnSync('git', ['apply', '--check', patch], { cwd: root, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})
