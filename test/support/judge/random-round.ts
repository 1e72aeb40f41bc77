import { keccak256, stringToBytes } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { aggregateRound, createWasmKernels, encodeEvidence } from '../../../src/aggregation/index.ts'
import { claimParts } from '../../../src/judge/index.ts'
import type { AggregateRow, LedgerOperator } from '../../../src/aggregation/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import {
  claimHash,
  commitmentOf,
  genesisClaim,
  isAvailable,
  isCertified,
  keccak,
  ledgerRoot,
  modelRoot,
  paddedLength,
  roundMembers,
  SpecBounds,
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
export const REWARD = 5n * ETHER

/** Stakes of the members that the forge test bonds, in whole tokens. */
const STAKES = [
  250n,
  250n,
  250n,
  375n,
  833n,
  1500n,
  267n,
  250n,
  ...Array.from({ length: 24 }, (_, k) => 100n + BigInt(k % 3) * 25n),
]

/** The members that the forge test bonds, in slot order: `member("m0", …)` of its fixture. */
export const MEMBERS = STAKES.map((stake, slot) => ({
  member: privateKeyToAddress(keccak256(stringToBytes(`m${slot} owner`))).toLowerCase() as Address,
  slot,
  stake: stake * ETHER,
}))

/** The operator that the tests have post: account 1 of a test chain, or `operator("operator")` of the forge test. It joins after the members. */
export const OPERATOR = {
  member: privateKeyToAddress(keccak256(stringToBytes('operator owner'))).toLowerCase() as Address,
  slot: MEMBERS.length,
}

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

/** A sealed row, and what its member attested to hold; undefined when it did not attest. */
export interface RandomRow extends AggregateRow {
  held?: bigint
}

export interface RandomRound {
  genesis: Claim
  committee: Committee
  honest: ClaimParts
  /** What the round was aggregated from. */
  rows: RandomRow[]
}

export const TOTAL_STAKE = MEMBERS.reduce((sum, { stake }) => sum + stake, 0n)

/** Bytes that stand for an attestation's signature where nobody checks whose it is. */
export function someSignature(slot: number): Uint8Array {
  return keccak(Uint8Array.of(slot, 7))
}

/** What the ledger makes of a specification. */
export function genesisOf(spec: TaskSpec): Claim {
  const reference = spec.rule.reference === 0 ? ZERO_HASH : toHex(updateRoot(new Int8Array(paddedLength(spec))))
  return genesisClaim(specHash(spec), spec.genesisModelRoot, reference)
}

/**
 * In slot order, with those of most stake added until they hold what the least specification asks to be sealed.
 *
 * @param all members of the round, which can hold as much
 */
export function enough(chosen: readonly RoundMember[], all: readonly RoundMember[] = MEMBERS): RoundMember[] {
  const members = new Set(chosen)
  for (const one of all.toSorted((a, b) => Number(b.stake - a.stake))) {
    if (isEnough([...members])) break
    members.add(one)
  }
  return all.filter((one) => members.has(one))
}

function isEnough(members: readonly RoundMember[]): boolean {
  const stake = members.reduce((sum, one) => sum + one.stake, 0n)
  return stake * 10_000n >= BigInt(SpecBounds.minSealedBps.least) * TOTAL_STAKE
}

/** A member of the forge test in a round, with what it counts there. */
export type RoundMember = (typeof MEMBERS)[number] & { ticket?: bigint }

/** How the round gets its members. */
export interface Committee {
  /** `TaskSpec.committee` */
  size: number
  /** Zero in a task that draws nobody. */
  seed: Hash
  members: readonly RoundMember[]
}

export const EVERYBODY: Committee = { size: 0, seed: ZERO_HASH, members: MEMBERS }

/** A committee of a round, of any size, that can have a claim. */
export function randomCommittee(seed: number, round = 2n): Committee {
  const random = randomOf(seed ^ 0xd7a4)
  for (;;) {
    const size = 1 + random([3, 12, 40, 80][random(4)]!)
    const mix = toHex(keccak(Uint8Array.of(random(256), random(256), random(256))))
    const members = roundMembers({ task: TASK, round, committee: size, seed: mix }, MEMBERS)
    if (isEnough(members)) return { size, seed: mix, members }
  }
}

/** A small random round 2 of task 1 on top of a random round 1, replayed honestly: ties, copies, missing rows and extreme values included. */
export function randomRound(seed: number, { drawn = false }: { drawn?: boolean } = {}): RandomRound {
  const random = randomOf(seed)
  const committee = drawn ? randomCommittee(seed) : EVERYBODY
  // Most rounds are small, one in eight has up to all members.
  const crowd = random(8) === 0 || drawn ? committee.members : committee.members.slice(0, 8)
  const members = enough(
    crowd.filter(() => random(3) > 0),
    committee.members,
  )
  const spec = { ...randomSpec(random, members), committee: committee.size }
  const length = paddedLength(spec)
  const model = Int32Array.from({ length }, () =>
    random(8) === 0 ? [2 ** 31 - 1, -(2 ** 31)][random(2)]! : random(2 ** 22) - 2 ** 21,
  )
  const reference = spec.rule.reference === 0 ? null : new Int8Array(length)
  reference?.forEach((_, k) => (reference[k] = random(3) === 0 ? random(255) - 127 : 0))
  const ledger = randomLedger(random)
  const genesis = genesisOf(spec)
  const parent: Claim = {
    ...genesis,
    parent: claimHash(TASK, 0n, genesis),
    modelRoot: modelRoot(model) && toHex(modelRoot(model)),
    referenceRoot: reference ? toHex(updateRoot(reference)) : ZERO_HASH,
    ledgerRoot: ledgerRoot(ledger),
    ledgerTotal: [...ledger.values()].reduce((sum, leaf) => sum + leaf.reward, 0n),
  }
  const updates = new Map<Hash, Int8Array>()
  const common = Int8Array.from({ length: tensorChunks(spec) * 256 }, () => random(41) - 20)
  const sent = members.map(({ member, slot, stake }) => {
    const update = randomUpdate(random, length, common, spec)
    const root = random(12) === 0 && updates.size > 0 ? [...updates.keys()][0]! : toHex(updateRoot(update))
    const fate = random(10)
    const revealed = fate !== 0
    const available = revealed && fate !== 1
    if (available && !updates.has(root)) updates.set(root, update)
    const updateOf = available ? (updates.get(root) ?? null) : null
    return { member, slot, weight: stake, updateRoot: revealed ? root : null, update: updateOf }
  })
  const rows = attested(sent, spec, random)
  const previous = { model, reference, ledger }
  const parts = { task: TASK, round: 2n, spec, parent: { round: 1n, claim: parent }, previous, updates, evidence: ZERO_HASH }
  return { genesis, committee, honest: replay({ ...parts, rows: [] }, rows, spec), rows }
}

/** Attestations that certify the claim and hold exactly the rows that have an update, at the edges of both thresholds now and then. */
function attested(rows: readonly AggregateRow[], spec: TaskSpec, random: Random): RandomRow[] {
  const sealed = rows.reduce((sum, { weight }) => sum + weight, 0n)
  const shuffled = rows.map((_, i) => i)
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = random(i + 1)
    const other = shuffled[j]!
    shuffled[j] = shuffled[i]!
    shuffled[i] = other
  }
  const weightOf = (chosen: readonly number[]): bigint => chosen.reduce((sum, i) => sum + rows[i]!.weight, 0n)
  const attesters: number[] = []
  for (const i of shuffled) if (!isCertified(weightOf(attesters), sealed, spec) || random(3) === 0) attesters.push(i)
  const held = new Map(attesters.map((i) => [i, 0n]))
  for (const [row, { update }] of rows.entries()) {
    const holders: number[] = []
    for (const i of attesters) {
      const enough = isAvailable(weightOf(holders), sealed, spec)
      const wanted = update
        ? !enough || random(2) === 0
        : !isAvailable(weightOf([...holders, i]), sealed, spec) && random(2) === 0
      if (wanted) holders.push(i)
    }
    for (const i of holders) held.set(i, held.get(i)! | (1n << BigInt(row)))
  }
  // Bits past the rows mean nothing.
  const tail = random(4) === 0 ? BigInt(random(1000)) << BigInt(rows.length) : 0n
  return rows.map((row, i) => (held.has(i) ? { ...row, held: BigInt.asUintN(128, held.get(i)! | tail) } : row))
}

/**
 * The claim that follows from these rows under a specification, which need not be the task's: how an operator lies consistently.
 *
 * @param parts of the same round; their own specification stays
 */
export function replay(
  parts: Pick<ClaimParts, 'task' | 'round' | 'spec' | 'parent' | 'previous' | 'updates' | 'evidence' | 'rows'>,
  rows: readonly RandomRow[],
  spec: TaskSpec,
  operator: LedgerOperator = OPERATOR,
): ClaimParts {
  const { task, round, parent, previous, updates, evidence } = parts
  const result = aggregateRound({ spec, round, kernels, ...previous, operator, rows })
  const leaves = rows.map((row, i) => {
    const { member, slot, weight, held } = row
    const { verdict, reason, reasonArg, beta, score } = result.rows[i]!
    const signed = parts.rows.find((one) => one.member === member)
    const commitment = signed?.commitment ?? commitmentOf(task, round, member, row.updateRoot ?? ZERO_HASH, ZERO_HASH)
    const root = verdict <= Verdict.unavailable ? ZERO_HASH : row.updateRoot!
    const signatureHash = signed?.signatureHash ?? toHex(keccak(Uint8Array.of(slot)))
    const attestation = signed?.attestationHash ?? toHex(keccak(someSignature(slot)))
    const attestationHash = held === undefined ? ZERO_HASH : attestation
    const fields = { commitment, signatureHash, updateRoot: root, held: held ?? 0n, attestationHash }
    return { member, slot, weight, ...fields, verdict, reason, reasonArg, beta, score }
  })
  return claimParts({ task, round, spec: parts.spec, parent, previous, updates, rows: leaves, evidence, result })
}

export function randomSpec(random: Random, members: readonly { stake: bigint }[]): TaskSpec {
  const pick = <T>(...values: T[]): T => values[random(values.length)]!
  const chunks = Array.from({ length: 1 + random(3) }, () => 1 + random(pick(6, 20)))
  const sealed = members.reduce((sum, { stake }) => sum + stake, 0n)
  const rule = pick(0, 1, 1, 1)
  const byzantineBps = rule === 0 ? 0 : pick(0, 1000, 2500, 3332)
  return {
    tensors: chunks.map((count) => ({
      length: 256 * count - pick(0, 0, random(256)),
      updateExponent: -9,
      modelExponent: -20,
      eta: pick(0, 1, 256, 2 ** 24 - 1, random(2 ** 24)),
      shift: pick(0, 1, 16, 22, 62, random(63)),
    })),
    rule: {
      rule,
      byzantineBps,
      iterations: pick(0, 1, 3, 8),
      capQ16: pick(65_536, 262_144),
      rejectBps: pick(0, 12_000, 20_500),
      reference: pick(0, 1, 2, 2, 3),
      referenceDecay: pick(0, 0, 230, 256),
      referenceGain: random(7),
    },
    minNormSq: pick(1n, 1n, 1_000n),
    maxNormSq: pick(10n ** 12n, 3_000_000n),
    toleranceBps: Math.max(byzantineBps, pick(2500, 2500, 2999, 3332)),
    // The most that this round reaches, or less.
    minSealedBps: Math.min(
      SpecBounds.minSealedBps.most,
      Math.max(SpecBounds.minSealedBps.least, Number((sealed * 10_000n) / TOTAL_STAKE) - pick(0, random(1000))),
    ),
    rewardPerRound: REWARD,
    operatorShareBps: pick(0, 1000, 1000, 3000, random(3001)),
    committee: 0,
    genesisModelRoot: ZERO_HASH,
    document: ZERO_HASH,
  }
}

function leafOfOperator(reward: bigint): LedgerLeaf {
  return { member: OPERATOR.member, reward, strikes: 0, reputation: 0, extra: ZERO_HASH }
}

export function randomLedger(random: Random): Map<number, LedgerLeaf> {
  const earned = random(2) === 0 ? [] : [[OPERATOR.slot, leafOfOperator((BigInt(random(250)) * ETHER) / 10_000n)] as const]
  return new Map([
    ...MEMBERS.filter(() => random(2) === 0).map(
      ({ member, slot }) =>
        [
          slot,
          {
            member,
            reward: (BigInt(random(250)) * ETHER) / 10_000n,
            strikes: random(3000),
            reputation: random(65_537),
            extra: randomEvidence(random),
          },
        ] as const,
    ),
    ...earned,
  ])
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

export function randomUpdate(random: Random, length: number, common: Int8Array, spec: TaskSpec, flaws = 24): Int8Array {
  const update = new Int8Array(length)
  const style = random(8)
  const clamp = (value: number): number => Math.max(-127, Math.min(127, value))
  for (let k = 0; k < common.length; k++) {
    if (style === 0) update[k] = random(2) === 0 ? 127 : -127
    else if (style === 1) update[k] = clamp(-4 * common[k]!)
    else if (style === 2) update[k] = random(50) === 0 ? 1 : 0
    else update[k] = clamp(common[k]! + random(31) - 15)
  }
  // Equal updates are copies, which honest members seldom make.
  if (style === 3 && (flaws > 0 || random(4) === 0)) update.fill(127, 0, common.length)
  const padding = paddingOf(spec, length)
  for (const k of padding) update[k] = 0
  // What no update may have, and no honest one has.
  const flaw = flaws > 0 ? random(flaws) : Infinity
  if (flaw === 0) update[random(common.length)] = -128
  if (flaw === 1 && padding.length > 0) update[padding[random(padding.length)]!] = 1
  return update
}

/** Coordinates that belong to no tensor. */
function paddingOf(spec: TaskSpec, length: number): number[] {
  const padding: number[] = []
  let start = 0
  for (const tensor of [...spec.tensors, { length: 0 }]) {
    const end = tensor.length === 0 ? length : start + Math.ceil(tensor.length / 256) * 256
    for (let k = start + tensor.length; k < end; k++) padding.push(k)
    start = end
  }
  return padding
}
