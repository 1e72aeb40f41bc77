import { keccak256, stringToBytes } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { aggregateRound, createWasmKernels, encodeEvidence } from '../../../src/aggregation/index.ts'
import { claimParts } from '../../../src/judge/index.ts'
import type { AggregateRow } from '../../../src/aggregation/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import {
  claimHash,
  commitmentOf,
  genesisClaim,
  keccak,
  ledgerRoot,
  modelRoot,
  paddedLength,
  specHash,
  tensorChunks,
  toHex,
  updateRoot,
  Verdict,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { Address, Claim, Hash, LedgerLeaf, TaskSpec } from '../../../src/protocol/index.ts'

const kernels = createWasmKernels()
export const ETHER = 10n ** 18n
export const TASK = 1n
export const REWARD = 1000n * ETHER

/** Stakes of the members that the forge test bonds, in whole tokens. */
const STAKES = [
  100n,
  100n,
  100n,
  150n,
  333n,
  1000n,
  107n,
  100n,
  ...Array.from({ length: 24 }, (_, k) => 100n + BigInt(k % 3) * 50n),
]

/** The members that the forge test bonds, in slot order: `member("m0", …)` of its fixture. */
export const MEMBERS = STAKES.map((stake, slot) => ({
  member: privateKeyToAddress(keccak256(stringToBytes(`m${slot} owner`))).toLowerCase() as Address,
  slot,
  stake: stake * ETHER,
}))

export type Random = (below: number) => number

/** Seeded whole numbers in [0, below). */
export function randomOf(seed: number): Random {
  let state = (seed * 2_654_435_761 + 1) >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

export interface RandomRound {
  genesis: Claim
  honest: ClaimParts
  /** What the round was aggregated from. */
  rows: AggregateRow[]
}

/** A small random round 2 of task 1 on top of a random round 1, replayed honestly: ties, copies, missing rows and extreme values included. */
export function randomRound(seed: number): RandomRound {
  const random = randomOf(seed)
  const spec = randomSpec(random)
  const length = paddedLength(spec)
  const model = Int32Array.from({ length }, () =>
    random(8) === 0 ? [2 ** 31 - 1, -(2 ** 31)][random(2)]! : random(2 ** 22) - 2 ** 21,
  )
  const reference = spec.rule.reference === 0 ? null : new Int8Array(length)
  reference?.forEach((_, k) => (reference[k] = random(3) === 0 ? random(255) - 127 : 0))
  const ledger = randomLedger(random)
  const genesis = genesisClaim(specHash(spec), ZERO_HASH, ZERO_HASH)
  const parent: Claim = {
    ...genesis,
    parent: claimHash(TASK, 0n, genesis),
    modelRoot: modelRoot(model) && toHex(modelRoot(model)),
    referenceRoot: reference ? toHex(updateRoot(reference)) : ZERO_HASH,
    ledgerRoot: ledgerRoot(ledger),
    ledgerTotal: [...ledger.values()].reduce((sum, leaf) => sum + leaf.reward, 0n),
  }
  const updates = new Map<Hash, Int8Array>()
  // Most rounds are small, one in eight has up to all members.
  const crowd = random(8) === 0 ? MEMBERS : MEMBERS.slice(0, 8)
  const members = crowd.filter(() => random(3) > 0)
  const common = Int8Array.from({ length: tensorChunks(spec) * 256 }, () => random(41) - 20)
  const rows = members.map((member) => {
    const update = randomUpdate(random, length, common, tensorChunks(spec) * 256)
    const root = random(12) === 0 && updates.size > 0 ? [...updates.keys()][0]! : toHex(updateRoot(update))
    const fate = random(10)
    const revealed = fate !== 0
    const available = revealed && fate !== 1
    if (available && !updates.has(root)) updates.set(root, update)
    return { ...member, updateRoot: revealed ? root : null, update: available ? (updates.get(root) ?? null) : null }
  })
  const previous = { model, reference, ledger }
  const parts = { task: TASK, round: 2n, spec, parent: { round: 1n, claim: parent }, previous, updates, evidence: ZERO_HASH }
  return { genesis, honest: replay({ ...parts, rows: [] }, rows, spec), rows }
}

/**
 * The claim that follows from these rows under a specification, which need not be the task's: how an operator lies consistently.
 *
 * @param parts of the same round; their own specification stays
 */
export function replay(
  parts: Pick<ClaimParts, 'task' | 'round' | 'spec' | 'parent' | 'previous' | 'updates' | 'evidence' | 'rows'>,
  rows: readonly AggregateRow[],
  spec: TaskSpec,
): ClaimParts {
  const { task, round, parent, previous, updates, evidence } = parts
  const result = aggregateRound({ spec, round, kernels, ...previous, rows })
  const leaves = rows.map((row, i) => {
    const { member, slot, stake } = row
    const { verdict, weight, score } = result.rows[i]!
    const commitment = commitmentOf(task, round, member, row.updateRoot ?? ZERO_HASH, ZERO_HASH)
    const updateRoot = verdict === Verdict.quarantined ? ZERO_HASH : (row.updateRoot ?? ZERO_HASH)
    const signatureHash =
      parts.rows.find((signed) => signed.member === member)?.signatureHash ?? toHex(keccak(Uint8Array.of(slot)))
    return { member, slot, stake, commitment, signatureHash, updateRoot, verdict, weight, score }
  })
  return claimParts({ task, round, spec: parts.spec, parent, previous, updates, rows: leaves, evidence, result })
}

function randomSpec(random: Random): TaskSpec {
  const pick = <T>(...values: T[]): T => values[random(values.length)]!
  const chunks = Array.from({ length: 1 + random(3) }, () => 1 + random(pick(6, 20)))
  return {
    tensors: chunks.map((count) => ({
      chunks: count,
      updateExponent: -9,
      modelExponent: -20,
      eta: pick(0, 1, 256, 2 ** 24 - 1, random(2 ** 24)),
      shift: pick(0, 1, 16, 22, 62, random(63)),
    })),
    rule: {
      rule: pick(0, 1, 1, 1),
      byzantineBps: pick(0, 1000, 2500, 4000),
      iterations: pick(0, 1, 3, 8),
      capQ16: pick(65_536, 262_144),
      rejectBps: pick(0, 12_000, 20_500),
      reference: pick(0, 1, 2, 2, 3),
      referenceDecay: pick(0, 0, 230, 256),
      referenceGain: random(7),
    },
    minNormSq: pick(0n, 1n, 1_000n),
    maxNormSq: pick(10n ** 12n, 3_000_000n),
    quorumBps: 6667,
    rewardPerRound: REWARD,
    genesisModelRoot: ZERO_HASH,
    document: ZERO_HASH,
  }
}

function randomLedger(random: Random): Map<number, LedgerLeaf> {
  return new Map(
    MEMBERS.filter(() => random(2) === 0).map(({ member, slot }) => [
      slot,
      {
        member,
        reward: (BigInt(random(250)) * ETHER) / 10n,
        strikes: random(3000),
        reputation: random(65_537),
        extra: randomEvidence(random),
      },
    ]),
  )
}

/** Around every edge of the rules, for round 2: about to be quarantined, quarantined, just free again, for the first time or not. */
function randomEvidence(random: Random): Hash {
  const pick = <T>(...values: T[]): T => values[random(values.length)]!
  if (random(3) === 0) return ZERO_HASH
  const until = pick(0n, 0n, 1n, 2n, 2n, 3n, 40n)
  return encodeEvidence({
    wealth: pick(0, -1024, -900, random(2552), 2551, 2725, 2552 - 338, 2552 - 339),
    quarantines: until === 0n ? 0 : pick(1, 2, 7, 8, 2 ** 32 - 1),
    since: until === 0n ? 0n : pick(0n, 1n, 2n),
    until,
  })
}

function randomUpdate(random: Random, length: number, common: Int8Array, end: number): Int8Array {
  const update = new Int8Array(length)
  const style = random(8)
  const clamp = (value: number): number => Math.max(-127, Math.min(127, value))
  for (let k = 0; k < common.length; k++) {
    if (style === 0) update[k] = random(2) === 0 ? 127 : -127
    else if (style === 1) update[k] = clamp(-4 * common[k]!)
    else if (style === 2) update[k] = random(50) === 0 ? 1 : 0
    else update[k] = clamp(common[k]! + random(31) - 15)
  }
  if (style === 3) update.fill(127, 0, common.length)
  // What no update may have.
  const flaw = random(24)
  if (flaw === 0) update[random(end)] = -128
  if (flaw === 1 && end < length) update[end + random(length - end)] = 1
  return update
}
