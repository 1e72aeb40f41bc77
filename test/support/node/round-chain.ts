import { createEngine } from '../../../src/engine/index.ts'
import { claimComputer, genesisState, manifestOf } from '../../../src/replay/index.ts'
import type { ComputedClaim, ModelState, PostedRound } from '../../../src/replay/index.ts'
import { commitmentsHash, encodeManifest, initialRoundState, reduceRound, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { RoundEvent, RoundPlan, RoundRecord, RoundState } from '../../../src/protocol/index.ts'
import { factsWith, TASK } from './replay-ports.ts'
import type { Peers } from './replay-ports.ts'
import { claimOf, signerOf, signRecord, smallTask, smallUpdate } from './small-task.ts'
import type { SmallTask } from './small-task.ts'

export const MEMBERS = [1, 2, 3].map(signerOf)
export const OPERATOR = signerOf(9)
export const KEYS = new Map(MEMBERS.map(({ owner, account }) => [owner as string, account]))

/** A round as its operator posted it. */
export interface MadeRound {
  posted: PostedRound
  record: RoundRecord
  computed: ComputedClaim
  updates: Int8Array[]
}

export interface RoundChain {
  task: SmallTask
  genesis: ModelState
  facts: ReturnType<typeof factsWith>
  rounds: MadeRound[]
}

/** A task and its first rounds, truly recorded and honestly computed. */
export async function roundChain(count: number): Promise<RoundChain> {
  const task = smallTask()
  const facts = factsWith(MEMBERS, OPERATOR)
  const genesis = genesisState(TASK, task.spec, task.model)
  await using engine = createEngine()
  const compute = claimComputer(engine)
  const rounds: MadeRound[] = []
  let base = genesis
  for (let round = 1n; round <= BigInt(count); round++) {
    const updates = MEMBERS.map((_, i) => smallUpdate(Number(round) * 10 + i))
    const byMember = new Map(MEMBERS.map(({ owner }, i) => [owner as string, updates[i]!]))
    const record = await signRecord(await facts(round, base.claimHash), { updates: byMember, keys: KEYS, operator: OPERATOR })
    const computed = await claimOf(compute, task, base, record, updates)
    rounds.push({ posted: postedOf(round, computed), record, computed, updates })
    base = computed.state
  }
  return { task, genesis, facts, rounds }
}

export function postedOf(round: bigint, { claim, claimHash }: Pick<ComputedClaim, 'claim' | 'claimHash'>): PostedRound {
  return { round, claim, claimHash, operator: OPERATOR.owner, transactionHash: ZERO_HASH }
}

/** The manifest that a claim commits to. */
export function manifestBytes({ computed }: Pick<MadeRound, 'computed'>): Uint8Array {
  return new TextEncoder().encode(encodeManifest(manifestOf(computed.files)))
}

/** Has peers serve all that a round's claim commits to. */
export function serve(peers: Peers, ...rounds: MadeRound[]): void {
  for (const round of rounds) {
    peers.serve(manifestBytes(round), ...round.computed.files.documents.values())
    peers.serveUpdates(...round.updates)
  }
}

/** The round as a node saw it that heard everything. */
export function stateOf({ record, posted }: MadeRound, base: ModelState): RoundState {
  const { task, round, seal, snapshot, rows, attestations } = record
  const commitments = commitmentsHash(rows)
  const events: RoundEvent[] = [
    ...rows.map(({ member, commitment, source }): RoundEvent => ({ type: 'commitment', member, commitment, source })),
    { type: 'sealed', digest: commitments, count: rows.length, sealedAt: snapshot.timepoint + 61 },
    { type: 'seal', rows },
    ...rows.map(({ member, reveal }): RoundEvent => ({ type: 'reveal', member, ...reveal! })),
    ...rows.map(({ reveal }): RoundEvent => ({ type: 'held', updateRoot: reveal!.updateRoot })),
    ...attestations.map((one): RoundEvent => ({ type: 'attestation', ...one, commitments })),
  ]
  const plan: RoundPlan = {
    task,
    round: posted.round,
    openedAt: snapshot.timepoint + 1,
    snapshot: snapshot.timepoint,
    windows: { commit: 60, reveal: 60, attest: 60, post: 60, challenge: 600 },
    base: base.claimHash,
    operator: seal.operator,
    operatorKey: seal.operatorKey,
    operatorSlot: 100,
    members: snapshot.members,
    totalStake: snapshot.totalStake,
    spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
    quorumBps: 6667,
  }
  if (round !== plan.round) throw new Error('the record is of another round')
  return events.reduce(reduceRound, initialRoundState(plan))
}
