import { execFileSync } from 'node:child_process'
import { it } from 'vitest'

it.each(['bucket-vectors', 'bucket-proof-vectors'])('what forge replays is fresh: scripts/%s.ts', (script) => {
  execFileSync(process.execPath, [`scripts/${script}.ts`, '--check'])
})
