import { keccak256, stringToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import {
  createTask,
  fundRewards,
  mintDevelopmentTokens,
  postClaim,
  readOwed,
  readTokenBalance,
  registerKeys,
  sendEther,
  signKeyConsent,
  readCurrentRound,
  sealRound,
  takeSeat,
  TransactionSender,
} from '../../../src/chain/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import { sealParts } from '../../../src/judge/index.ts'
import type { Dispute } from '../../../src/node/index.ts'
import { claimHash, commitmentsHash, specHash, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import { addBond, enrol, hotSender, joinAll, startTestChain, WINDOWS } from '../../integration/chain/harness.ts'
import type { TestChain } from '../../integration/chain/harness.ts'
import { ETHER, MEMBERS, REWARD, TASK } from './random-round.ts'
import type { RandomRound } from './random-round.ts'

export const FALSE_CLAIM = 400n * ETHER

/** A member of the random rounds, by number: only members ask the court. */
export function memberSender({ chain }: TestChain, member: number): TransactionSender {
  return new TransactionSender({ chain, account: privateKeyToAccount(keccak256(stringToBytes(`m${member} owner`))) })
}

/** Token wei that an account holds, and may collect from vault and court. */
export async function wealthOf({ chain, contracts, deployment }: TestChain, account: Address): Promise<bigint> {
  const owed = [deployment.court, contracts.vault].map(async (keeper) => readOwed(chain, { keeper, account }))
  const held = readTokenBalance(chain, { token: contracts.token, owner: account })
  return (await Promise.all([held, ...owed])).reduce((sum, one) => sum + one, 0n)
}

/** A chain on which the members of the random rounds are bonded, and account 1 operates. */
export async function startJudgedChain(): Promise<TestChain> {
  const on = await startTestChain()
  const { governor, contracts, chain } = on
  for (const [i, { stake }] of MEMBERS.entries()) {
    const sender = memberSender(on, i)
    const hot = privateKeyToAccount(keccak256(stringToBytes(`m${i} key`)))
    await sendEther(governor, { to: sender.address, amount: ETHER })
    const member = { sender, role: 'member', amount: stake } as const
    await addBond(on, member)
    on.enrolled.push(member)
    const peerKey = keccak256(stringToBytes(`m${i}`))
    const consent = await signKeyConsent({
      chainId: chain.chainId,
      vault: contracts.vault,
      owner: sender.address,
      peerKey,
      account: hot,
    })
    await registerKeys(sender, { vault: contracts.vault, operatorKey: hot.address, peerKey, consent })
  }
  await enrol(on, 1, 'operator')
  await on.pass(10)
  return on
}

/** Posts round 1, and the parts as round 2 over sealed rows; the first task of the chain is made for it. */
export async function postRound(
  on: TestChain,
  { honest }: RandomRound,
  posted: ClaimParts,
  sealed: ClaimParts['rows'] = honest.rows,
): Promise<Dispute> {
  const { governor, contracts } = on
  const { ledger, token } = contracts
  await createTask(governor, {
    ledger,
    specHash: specHash(honest.spec),
    genesisModelRoot: ZERO_HASH,
    genesisReferenceRoot: ZERO_HASH,
    windows: WINDOWS,
    rewardPerRound: REWARD,
    quorumBps: 6667,
    judge: contracts.judge,
    falseClaimPenalty: FALSE_CLAIM,
    faultPenalty: 40n * ETHER,
    bountyBps: 2000,
    minMembers: MEMBERS.length,
    minStake: 0n,
  })
  // Each round is on a chain of its own: the task is the first one again.
  on.home = undefined
  await joinAll(on, TASK)
  await on.pass(1)
  const amount = 3n * REWARD
  await mintDevelopmentTokens(governor, { token, to: governor.address, amount })
  await fundRewards(governor, { ...contracts, task: TASK, amount })
  const operator = hotSender(on, 1)
  await takeSeat(operator, { ledger, task: TASK })
  const claim = sealParts(posted)
  for (const [round, one] of [
    [1n, honest.parent.claim],
    [2n, claim],
  ] as const) {
    await on.pass(100)
    const { openedAt, forcedHash } = await readCurrentRound(operator.chain, { ledger, task: TASK })
    const at = { ledger, task: TASK, round, openedAt }
    const digest = round === 2n ? commitmentsHash(sealed) : ZERO_HASH
    await sealRound(operator, { ...at, digest, count: one.members, forcedHash })
    await postClaim(operator, { ...at, digest, claim: one })
  }
  return { round: 2n, claim, claimHash: claimHash(TASK, 2n, claim), operator: on.sender(1).address }
}
