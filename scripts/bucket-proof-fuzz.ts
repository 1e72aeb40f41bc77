/**
 * Plays random rounds in buckets: every proof of the judge against each honest claim, which must find no fault, and lies that each must show. forge judges
 * (test/contracts/BucketProofs.t.sol). Ends with 1 if a single one comes out wrong.
 *
 *     node scripts/bucket-proof-fuzz.ts [--rounds 100] [--from 1]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createEngine } from '../src/engine/index.ts'
import { leafFraud } from '../src/judge/index.ts'
import { bucketFile } from '../test/support/judge/bucket-calls.ts'
import type { BucketCall } from '../test/support/judge/bucket-calls.ts'
import { bucketLies } from '../test/support/judge/bucket-lies.ts'
import { honestBucketProofs, lyingBucketProofs, randomBucketCase } from '../test/support/judge/bucket-cases.ts'
import { runForge } from './forge.ts'

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '100' }, from: { type: 'string', default: '1' } },
})
// Where forge may read.
const folder = mkdtempSync(join(import.meta.dirname, '../out/bucket-proofs-'))
await using engine = createEngine({ threads: 0 })

let [rounds, honest, lies] = [0, 0, 0]
try {
  for (let seed = Number(flags.from); seed < Number(flags.from) + Number(flags.rounds); seed++) {
    const played = await randomBucketCase(engine, seed)
    if (!played) continue
    const found = bucketLies(played.parts, seed).map(({ name, posted }) => {
      const proof = leafFraud(posted, played.parts)
      if (!proof) throw new Error(`round ${seed}: nothing is found against a lie: ${name}`)
      return { name: `found: ${name}`, proof }
    })
    const [right, wrong] = [honestBucketProofs(played, seed), [...lyingBucketProofs(played, seed), ...found]]
    const about = (calls: typeof right): BucketCall[] => calls.map((call) => ({ ...call, round: 0 }))
    const file = bucketFile([played], about(right), about(wrong))
    writeFileSync(join(folder, `${rounds++}.json`), JSON.stringify(file))
    honest += right.length
    lies += wrong.length
  }
  const { code } = runForge(['test', '--match-contract', 'BucketProofsTest', '--match-test', 'test_folder'], {
    env: { BUCKET_VECTORS: `${folder}/` },
  })
  console.log(JSON.stringify({ rounds, honestProofs: honest, lies, passed: code === 0 }))
  process.exitCode = code
} finally {
  rmSync(folder, { recursive: true, force: true })
}
