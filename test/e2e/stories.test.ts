import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import type { StoryResult } from '../../examples/support/story.ts'
import { LONG } from '../support/long.ts'

/** Each is a consortium of nine programs: `npm run test:stories`. */
const STORIES = ['text', 'images', 'tabular', 'wallet-risk', 'mixed', 'lora']

async function tell(name: string): Promise<{ result: StoryResult & { ok: boolean; skipped?: true }; said: string }> {
  const script = resolve(import.meta.dirname, '../../examples', name, 'story.ts')
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, '--small', '--backend', 'wasm', '--json'])
  return { result: JSON.parse(stdout) as StoryResult & { ok: boolean }, said: stderr.trim() }
}

it.runIf(LONG).each(STORIES)(
  'the story of %s: the federated model beats every member alone, two poisoners are rejected, the audit matches',
  { timeout: 900_000 },
  async (name) => {
    const { result, said } = await tell(name)
    expect(result.ok, said).toBe(true)
    // Without the Python packages it says what to install.
    if (result.skipped) return expect(said).toMatch(/skipped: .*run `/)
    expect(result.audit).toEqual({ rounds: result.rounds, match: true })
    expect(result.federated).toBeGreaterThan(result.bestAlone.value)
    expect(result.poisoners).toHaveLength(2)
    for (const { rejected } of result.poisoners) expect(rejected.length).toBeGreaterThanOrEqual(result.rounds - 1)
    expect(result.honestRejections).toBeLessThanOrEqual(1)
  },
)
