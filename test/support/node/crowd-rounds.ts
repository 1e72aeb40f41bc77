import { setTimeout as delay } from 'node:timers/promises'
import { parseEther } from 'viem'
import { createTask, forceCommit, fundRewards, mintDevelopmentTokens, takeSeat } from '../../../src/chain/index.ts'
import { commitmentOf, lowerHex, signStatement, toHex, updateRoot } from '../../../src/protocol/index.ts'
import type { Address, Hash, Message, RoundPlan } from '../../../src/protocol/index.ts'
import { enrol, hotSender, joinAll, startTestChain } from '../../integration/chain/harness.ts'
import type { TestChain } from '../../integration/chain/harness.ts'
import { hashOf } from '../../unit/aggregation/fixtures.ts'
import { enrolCrowd } from '../chain/enrol-crowd.ts'
import type { Crowded } from '../chain/enrol-crowd.ts'
import { operatorOnChain } from './operator-on-chain.ts'
import type { OperatorOnChain, OperatorOptions } from './operator-on-chain.ts'
import { LENGTH, smallTask } from './small-task.ts'
import type { SmallTask } from './small-task.ts'

/** So long that the time of a loaded machine, by which an automining chain goes, ends none of them. */
export const WINDOWS = { commit: 600, reveal: 600, attest: 600, post: 600, challenge: 6000 }

/** A task that draws its members from a crowd, on a real chain, with its operator's node. */
export interface CrowdWorld extends AsyncDisposable {
  on: TestChain
  task: bigint
  small: SmallTask
  operator: OperatorOnChain
  crowd: readonly Crowded[]
}

export interface CrowdOptions {
  /** Members that join. */
  count: number
  /** Members expected in a round. */
  committee: number
  /** Whole tokens that member `i` puts in, at least 100. */
  stakeOf?: (i: number) => number
  /** Changes what a lying operator runs its rounds by. */
  lie?: OperatorOptions['lie']
}

/** Deploys the contracts, has the crowd join a funded task, and has the operator take the seat. */
export async function crowdWorld({ count, committee, stakeOf = () => 100, lie }: CrowdOptions): Promise<CrowdWorld> {
  const small = smallTask({ committee, minSealedBps: 3000, rewardPerRound: parseEther('0.5'), operatorShareBps: 1000 })
  const on = await startTestChain({ mining: 'automine' })
  const { contracts, governor } = on
  const { ledger } = contracts
  await enrol(on, 1, 'operator')
  const { task } = await createTask(governor, {
    ledger,
    spec: small.spec,
    windows: WINDOWS,
    // Chance draws less than half of the weight in one of some hundred rounds.
    quorumBps: 5001,
    judge: contracts.judge,
    falseClaimPenalty: parseEther('50'),
    faultPenalty: parseEther('10'),
    bountyBps: 2000,
    minMembers: 3,
    minStake: 0n,
  })
  await joinAll(on, task)
  const crowd = await enrolCrowd(on, { count, task, stakeOf: (i) => parseEther(String(stakeOf(i))) })
  const amount = parseEther('1000')
  await mintDevelopmentTokens(governor, { token: contracts.token, to: governor.address, amount })
  await fundRewards(governor, { ...contracts, task, amount })
  // The entry delay: stake counts from now on.
  await on.pass(60)
  const operator = await operatorOnChain(on, { task, small, index: 1, ...(lie && { lie }) })
  await takeSeat(hotSender(on, 1), { ledger, task })
  return {
    on,
    task,
    small,
    operator,
    crowd,
    async [Symbol.asyncDispose]() {
      await operator[Symbol.asyncDispose]()
      await on[Symbol.asyncDispose]()
    },
  }
}

/** What a round of the crowd came to. */
export interface CrowdRound {
  plan: RoundPlan
  /** Owners with a row, in slot order. */
  sealed: Address[]
}

/** Makes the blocks up to that of the seed; the operator's node stores it. @returns what the node runs the round by */
export async function drawRound({ on, operator }: CrowdWorld): Promise<RoundPlan> {
  // Other transactions may have made the blocks already.
  const drawn = (): boolean => operator.state() !== undefined && operator.state()!.sealed === undefined
  await until('the operator knows the open round', () => operator.awaits() || drawn())
  if (drawn()) return operator.state()!.plan
  const round = (operator.state()?.plan.round ?? 0n) + 1n
  await on.test.mine({ blocks: 4, interval: 1 })
  await until('the seed is stored', () => operator.state()?.plan.round === round)
  return operator.state()!.plan
}

/**
 * Plays the open round to its posting. Members that were drawn commit, reveal and attest with the keys that the chain knows; the first of
 * them forces its commitment on chain.
 *
 * @param play.offline members that say nothing
 * @param play.early nobody forces, and the commit window does not end: every member of the snapshot was drawn
 */
export async function playRound(
  world: CrowdWorld,
  { offline = () => false, early = false }: { offline?: (member: Address) => boolean; early?: boolean } = {},
): Promise<CrowdRound> {
  const { on, task, operator, crowd } = world
  const plan = await drawRound(world)
  const { round } = plan
  const keys = new Map(crowd.map(({ owner, account }) => [lowerHex(owner), account]))
  const present = plan.members.map(({ member }) => lowerHex(member)).filter((member) => !offline(member))
  const salt = hashOf(Number(round))
  const updates = new Map(present.map((member) => [member, updateOf(member, round)]))
  const roots = new Map([...updates].map(([member, update]) => [member, toHex(updateRoot(update))]))

  for (const member of present) {
    const body = { task, round, member, commitment: commitmentOf(task, round, member, roots.get(member)!, salt) }
    const signature = await signStatement(operator.domain, 'Commitment', body, keys.get(member)!)
    if (member === present[0] && !early) {
      const commitments = [{ ...body, signature }]
      await forceCommit(on.governor, { ledger: on.contracts.ledger, task, round, commitments })
      await until('a commitment is forced', () => operator.state()!.forced.length === 1)
    } else await tell(operator, { kind: 'commitment', ...body, signature })
  }
  if (!early) await on.pass(WINDOWS.commit)
  await until('the round is sealed', () => operator.state()!.seal !== undefined)
  const { rows, commitments } = operator.state()!.seal!
  for (const { member } of rows) {
    const updateRoot = roots.get(member)!
    await operator.hold(updateRoot, updates.get(member)!)
    const body = { task, round, member, updateRoot, salt }
    const signature = await signStatement(operator.domain, 'Reveal', body, keys.get(member)!)
    await tell(operator, { kind: 'reveal', ...body, signature })
  }
  const held = (1n << BigInt(rows.length)) - 1n
  for (const { member } of rows) {
    const body = { task, round, member, commitments, held }
    const signature = await signStatement(operator.domain, 'Attestation', body, keys.get(member)!)
    await tell(operator, { kind: 'attestation', ...body, signature })
  }
  await until('the claim is posted', () => operator.history.claim(round) !== undefined)
  return { plan, sealed: rows.map(({ member }) => member) }
}

/** Waits until something holds; fails after 100 s. */
async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = AbortSignal.timeout(100_000)
  while (!holds()) {
    if (deadline.aborted) throw new Error(`still waiting: ${what}`)
    await delay(5)
  }
}

async function tell(operator: OperatorOnChain, message: Message): Promise<void> {
  const validation = await operator.hear(message)
  if (validation.verdict !== 'accept')
    throw new Error(`the ${message.kind} was not accepted: ${validation.code} ${validation.reason}`)
}

/** The agreements of the members of a round, in the order that the ledger wants. */
export async function agreementsTo(
  { task, operator, crowd }: CrowdWorld,
  { plan }: CrowdRound,
): Promise<{ member: Address; signature: Hash }[]> {
  const { round } = plan
  const claim = operator.history.claim(round)!.claimHash
  const keys = new Map(crowd.map(({ owner, account }) => [lowerHex(owner), account]))
  const members = plan.members.map(({ member }) => lowerHex(member)).toSorted()
  return Promise.all(
    members.map(async (member) => ({
      member,
      signature: await signStatement(operator.domain, 'Agreement', { task, round, claim }, keys.get(member)!),
    })),
  )
}

/** What a member learned in a round: the step that all learn, and noise of its own. */
function updateOf(member: Address, round: bigint): Int8Array {
  let noise = Number(BigInt(member) % 65_521n) * 131 + Number(round) + 1
  return Int8Array.from({ length: 8192 }, (_, k) => {
    if (k >= LENGTH) return 0
    noise = (Math.imul(noise, 1_103_515_245) + 12_345) >>> 0
    return ((k * 31) % 61) - 30 + ((noise >>> 16) % 11) - 5
  })
}
