import { execFileSync } from 'node:child_process'
import { it } from 'vitest'

it('gives the answers that forge replays: test/vectors/court.json is fresh', () => {
  execFileSync(process.execPath, ['scripts/court-vectors.ts', '--check'])
})
