import { keccak256, stringToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { PrivateKeyAccount } from 'viem/accounts'
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
import { claimHash, commitmentsHash, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import { addBond, BOND, hotSender, joinAll, startTestChain, WINDOWS } from '../../integration/chain/harness.ts'
import type { Enrolled, TestChain } from '../../integration/chain/harness.ts'
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

/** The operator of the random rounds. Its operator key is account 1's. */
export function operatorSender({ chain }: TestChain): TransactionSender {
  return new TransactionSender({ chain, account: privateKeyToAccount(keccak256(stringToBytes('operator owner'))) })
}

/** A chain on which the members of the random rounds and their operator are bonded. */
export async function startJudgedChain(): Promise<TestChain> {
  const on = await startTestChain({ mining: 'automine' })
  const keyOf = (text: string): PrivateKeyAccount => privateKeyToAccount(keccak256(stringToBytes(text)))
  for (const [i, { stake: amount }] of MEMBERS.entries())
    await register(on, { sender: memberSender(on, i), role: 'member', amount }, keyOf(`m${i} key`))
  await register(on, { sender: operatorSender(on), role: 'operator', amount: BOND }, on.hot(1).account)
  await on.pass(10)
  return on
}

async function register(on: TestChain, one: Enrolled, hot: PrivateKeyAccount): Promise<void> {
  const { governor, contracts, chain } = on
  const { vault } = contracts
  await sendEther(governor, { to: one.sender.address, amount: ETHER })
  await addBond(on, one)
  on.enrolled.push(one)
  const peerKey = keccak256(hot.address)
  const consent = await signKeyConsent({ chainId: chain.chainId, vault, owner: one.sender.address, peerKey, account: hot })
  await registerKeys(one.sender, { vault, operatorKey: hot.address, peerKey, consent })
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
    spec: honest.spec,
    windows: WINDOWS,
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
  return { round: 2n, claim, claimHash: claimHash(TASK, 2n, claim), operator: operatorSender(on).address }
}
