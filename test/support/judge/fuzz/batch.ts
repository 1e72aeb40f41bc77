import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { runForgeAsync } from '../../../../scripts/forge.ts'
import { casesOf } from '../cases.ts'
import type { Case } from '../cases.ts'
import { countJudged, countRound, emptyTally } from './tally.ts'
import type { Tally } from './tally.ts'

export interface Batch {
  /** First seed, and how many. */
  from: number
  rounds: number
  /** Below `out`, of this batch alone. */
  folder: string
}

/** Every sixth round has statements drawn at random, the others are lived through by nodes. */
export function isLived(seed: number): boolean {
  return seed % 6 !== 5
}

/** Writes the cases of some rounds, and has the contracts judge them in one run of forge. @throws Error when forge cannot play a case */
export async function runBatch({ from, rounds, folder }: Batch): Promise<Tally> {
  const tally = emptyTally()
  const path = new URL(`../../../../out/${folder}/`, import.meta.url)
  rmSync(path, { recursive: true, force: true })
  mkdirSync(path, { recursive: true })
  let file = 0
  const write = ({ data }: Case): void => writeFileSync(new URL(`${file++}.bin`, path), Buffer.from(data.slice(2), 'hex'))
  for (let seed = from; seed < from + rounds; seed++) {
    const life = isLived(seed)
    const found = await casesOf(seed, { life })
    countRound(tally, seed, life, found)
    write(found.honest)
    for (const { case: lie } of found.lies) if (lie) write(lie)
  }
  const { code, stdout } = await runForgeAsync(
    ['test', '--match-path', 'test/contracts/FraudJudge.t.sol', '--match-test', 'test_vectors', '-vv'],
    { env: { JUDGE_VECTORS: `out/${folder}/`, FOUNDRY_GAS_LIMIT: '9000000000000000000' } },
  )
  const before = tally.proofsRefused + tally.liesRejected
  countJudged(tally, stdout)
  // A case that cannot be played at all ends the run: its numbers would mean nothing.
  if (tally.proofsRefused + tally.liesRejected === before || (code !== 0 && !stdout.includes('see the lines above')))
    throw new Error(
      `forge ended with ${code} in rounds ${from} to ${from + rounds - 1}; their cases are in out/${folder}\n${stdout}`,
    )
  rmSync(path, { recursive: true, force: true })
  return tally
}
