import { encodeAbiParameters, keccak256, numberToHex, parseAbiParameters } from 'viem'
import { claimHash, genesisClaim, specHash, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { TaskSpec } from '../../../src/protocol/index.ts'
import type { TestChain } from '../../integration/chain/harness.ts'

/** Namespace of the ledger's storage, and the places in it (test/contracts/snapshots/RoundLedger.layout.txt). */
const STORAGE = 0xab44a3f43d42c35d97d427884c575edb680e5020312868f37e16ffc45836e200n
const TASKS = 2n
const SPEC_HASH = 5n
/** The first entry of the ring: the claim that round 1 builds on. */
const GENESIS = 8n

/**
 * Makes a task with buckets of a plain one, which the ledger's rules refuse until nodes play them: the ledger keeps nothing of a specification but its hash, the genesis claim, which names that
 * hash, and whether it draws committees, which neither of them does. The task has no reference, and no round was opened in it.
 *
 * @returns the specification that the task has from then on
 */
export async function withBuckets(
  { test, contracts }: Pick<TestChain, 'test' | 'contracts'>,
  task: bigint,
  spec: TaskSpec,
  { size, epoch }: { size: 3 | 4; epoch: number },
): Promise<TaskSpec> {
  const changed = { ...spec, committee: size * 256 + epoch }
  const mapped = BigInt(keccak256(encodeAbiParameters(parseAbiParameters('uint256, uint256'), [task, STORAGE + TASKS])))
  const genesis = claimHash(task, 0n, genesisClaim(specHash(changed), changed.genesisModelRoot, ZERO_HASH))
  for (const [place, value] of [
    [SPEC_HASH, specHash(changed)],
    [GENESIS, genesis],
  ] as const)
    await test.setStorageAt({ address: contracts.ledger, index: numberToHex(mapped + place), value })
  return changed
}
