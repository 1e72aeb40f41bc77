import { aggregateRound, createWasmKernels } from '../../../src/aggregation/index.ts'
import { claimParts } from '../../../src/judge/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import { claimHash, keccak, ledgerRoot, modelRoot, toHex, updateRoot, Verdict, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Claim, Hash, TaskSpec } from '../../../src/protocol/index.ts'
import { ETHER, genesisOf, MEMBERS, randomOf, REWARD, TASK } from './random-round.ts'

const kernels = createWasmKernels()

/**
 * A round of n honest members with every part that a claim can have, for measuring: dense updates, a reference, eight iterations.
 *
 * @param length coordinates D, whole segments
 * @param hidden rows at the end whose update nobody holds
 * @param tensors of equal length that the coordinates belong to
 */
export function benchRound(n: number, length: number, hidden = 0, tensors = 1): ClaimParts {
  const random = randomOf(n)
  const spec: TaskSpec = {
    tensors: Array.from({ length: tensors }, () => ({
      length: length / tensors,
      updateExponent: -9,
      modelExponent: -20,
      eta: 65_537,
      shift: 22,
    })),
    rule: {
      rule: 1,
      byzantineBps: 2500,
      iterations: 8,
      capQ16: 262_144,
      rejectBps: 20_500,
      reference: 3,
      referenceDecay: 230,
      referenceGain: 1,
    },
    minNormSq: 1n,
    maxNormSq: 2n ** 44n,
    toleranceBps: 2500,
    minSealedBps: 5000,
    rewardPerRound: REWARD,
    operatorShareBps: 1000,
    committee: 0,
    genesisModelRoot: ZERO_HASH,
    document: ZERO_HASH,
  }
  const noise = (size: number): number => random(2 * size + 1) - size
  const common = Int8Array.from({ length }, () => noise(60))
  const members = Array.from(
    { length: n },
    (_, slot) =>
      MEMBERS[slot] ?? {
        member: toHex(keccak(Uint8Array.of(slot)).subarray(12)),
        slot,
        stake: BigInt(100 + slot) * ETHER,
      },
  )
  const updates = new Map<Hash, Int8Array>()
  const rows = members.map(({ stake, ...member }) => {
    const update = common.map((value) => value + noise(60))
    const root = toHex(updateRoot(update))
    updates.set(root, update)
    return { ...member, weight: stake, updateRoot: root, update }
  })
  const previous = {
    model: Int32Array.from({ length }, () => noise(2 ** 20)),
    reference: common.map((value) => (value >> 1) + noise(20)),
    ledger: new Map(
      members.map(({ member, slot }) => [
        slot,
        { member, reward: ETHER / 300n, strikes: 17, reputation: 40_000, extra: ZERO_HASH },
      ]),
    ),
  }
  const genesis = genesisOf(spec)
  const parent: Claim = {
    ...genesis,
    parent: claimHash(TASK, 0n, genesis),
    modelRoot: toHex(modelRoot(previous.model)),
    referenceRoot: toHex(updateRoot(previous.reference)),
    ledgerRoot: ledgerRoot(previous.ledger),
    ledgerTotal: (ETHER / 300n) * BigInt(n),
  }
  const given = rows.map((row, i) => (i < n - hidden ? row : { ...row, update: null }))
  const result = aggregateRound({ spec, round: 2n, kernels, ...previous, rows: given })
  const leaves = rows.map(({ member, slot, weight, updateRoot: root }, i) => {
    const { verdict, reason, reasonArg, beta, score } = result.rows[i]!
    const hash = toHex(keccak(Uint8Array.of(slot, 1)))
    const updateRootOf = verdict === Verdict.unavailable ? ZERO_HASH : root
    const held = (1n << BigInt(n - hidden)) - 1n
    const fields = { commitment: hash, signatureHash: hash, updateRoot: updateRootOf, held, attestationHash: hash }
    return { member, slot, weight, ...fields, verdict, reason, reasonArg, beta, score }
  })
  const claim = { task: TASK, round: 2n, spec, parent: { round: 1n, claim: parent }, previous, updates }
  return claimParts({ ...claim, rows: leaves, evidence: toHex(keccak(new Uint8Array(2))), result })
}
