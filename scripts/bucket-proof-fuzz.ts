/**
 * Plays random rounds in buckets: every proof of the BucketProofs against each honest claim, which must find no fault, and lies that each must show. forge judges
 * (test/contracts/BucketProofs.t.sol). Ends with 1 if a single one comes out wrong.
 *
 *     node scripts/bucket-proof-fuzz.ts [--rounds 100] [--from 1]
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { encodeFunctionData } from 'viem'
import type { Abi } from 'viem'
import { createEngine } from '../src/engine/index.ts'
import { honestBucketProofs, lyingBucketProofs, packedBuckets, randomBucketCase } from '../test/support/judge/bucket-cases.ts'
import type { NamedProof } from '../test/support/judge/bucket-cases.ts'
import { runForge } from './forge.ts'

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '100' }, from: { type: 'string', default: '1' } },
})
const artifact = new URL('../out/BucketProofs.sol/BucketProofs.json', import.meta.url)
if (!existsSync(artifact)) runForge(['build', '--quiet', 'contracts/judge/BucketProofs.sol'])
const { abi } = JSON.parse(readFileSync(artifact, 'utf8')) as { abi: Abi }
// Where forge may read.
const folder = mkdtempSync(join(import.meta.dirname, '../out/bucket-proofs-'))
await using engine = createEngine({ threads: 0 })

const encode = (proofs: readonly NamedProof[]): { names: string[]; rounds: number[]; data: string[] } => ({
  names: proofs.map(({ name }) => name),
  rounds: proofs.map(() => 0),
  data: proofs.map(({ proof: { functionName, args } }) => encodeFunctionData({ abi, functionName, args })),
})

let [rounds, honest, lies] = [0, 0, 0]
try {
  for (let seed = Number(flags.from); seed < Number(flags.from) + Number(flags.rounds); seed++) {
    const played = await randomBucketCase(engine, seed)
    if (!played) continue
    const [right, wrong] = [honestBucketProofs(played, seed), lyingBucketProofs(played, seed)]
    const file = { rounds: [{ buckets: packedBuckets(played).map(String) }], honest: encode(right), lies: encode(wrong) }
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
