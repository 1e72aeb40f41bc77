import { createTestClient, encodeFunctionData, http, keccak256, parseEther, toHex } from 'viem'
import type { Hex, TestClient } from 'viem'
import { silentLogger } from '../../../src/core/index.ts'
import { roundLedgerAbi } from '../../../src/chain/abi/index.ts'
import {
  DEVELOPMENT_TIMES,
  TransactionSender,
  allocate,
  bond,
  connectChain,
  createTask,
  deployQuorate,
  fundRewards,
  mintDevelopmentTokens,
  readVault,
  registerKeys,
  signKeyConsent,
  startAnvil,
  postClaim,
  readCurrentRound,
  sealRound,
  takeSeat,
} from '../../../src/chain/index.ts'
import type {
  Anvil,
  AnvilOptions,
  Chain,
  Contracts,
  CreateTaskParameters,
  Deployment,
  DeploymentRules,
  DevAccount,
  PostClaimParameters,
  TransactionResult,
} from '../../../src/chain/index.ts'
import { LEDGER_DEPTH, ZERO_HASH, genesisClaim, specHash, toHex as bytesToHex, zeroHash } from '../../../src/protocol/index.ts'
import type { Address, Claim, Hash, TaskSpec } from '../../../src/protocol/index.ts'
import { SPEC } from '../../support/spec.ts'

export const WINDOWS = { commit: 60, reveal: 60, attest: 60, post: 60, challenge: 600 }
export const BOND = parseEther('1000')
/** Of a unit of a request to the court: so little that the penalties of the tests cover it. */
export const UNIT_BOND = parseEther('0.01')
const DAY = 86_400

export const RULES: DeploymentRules = {
  minBond: parseEther('100'),
  minOperatorBond: parseEther('500'),
  unbondingDelay: DAY,
  bounds: { minUnbondingDelay: DAY, maxUnbondingDelay: 30 * DAY, minBondFloor: 1n, minBondCeiling: parseEther('1000000') },
}

export interface Enrolled {
  sender: TransactionSender
  role: 'member' | 'operator'
  amount: bigint
}

/** A real node with the contracts deployed; accounts: 0 governs, 1 … n own bonds. */
export interface TestChain extends AsyncDisposable {
  anvil: Anvil
  chain: Chain
  test: TestClient
  deployment: Deployment
  contracts: Contracts
  governor: TransactionSender
  /** Accounts with keys and the bond for one task. */
  enrolled: Enrolled[]
  /** The first task that they joined; who is enrolled later joins it at once. */
  home?: bigint
  sender: (index: number) => TransactionSender
  /** The hot key of account `index`: another funded account. */
  hot: (index: number) => DevAccount
  /** Moves the chain's time and mines a block. */
  pass: (seconds: number) => Promise<void>
  /**
   * Takes an automining chain back to a snapshot, when nothing is being mined: anvil would keep the block it is mining at its old height, and
   * the blocks between would be missing.
   */
  revert: (id: Hex) => Promise<void>
}

export function hash(text: string): Hash {
  return keccak256(toHex(text))
}

export function peerKeyOf(index: number): Hash {
  return hash(`peer ${index}`)
}

export async function startTestChain(options: AnvilOptions = {}): Promise<TestChain> {
  const anvil = await startAnvil({ accounts: 40, ...options })
  const chain = await connect(anvil)
  const test = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) })
  const senders = new Map<number, TransactionSender>()
  const sender = (index: number) => {
    const made = senders.get(index) ?? new TransactionSender({ chain, account: anvil.accounts[index]!.account })
    senders.set(index, made)
    return made
  }
  const deployment = await deployQuorate(sender(0), { rules: RULES, unitBond: UNIT_BOND, shortest: DEVELOPMENT_TIMES })
  return {
    anvil,
    chain,
    test,
    deployment,
    contracts: deployment,
    governor: sender(0),
    enrolled: [],
    sender,
    hot: (index) => anvil.accounts[20 + index]!,
    async pass(seconds) {
      await test.increaseTime({ seconds })
      await test.mine({ blocks: 1 })
    },
    async revert(id) {
      await test.setAutomine(false)
      await test.mine({ blocks: 1 })
      await test.revert({ id })
      await test.setAutomine(true)
    },
    [Symbol.asyncDispose]: () => anvil.stop(),
  }
}

export function connect(anvil: Anvil): Promise<Chain> {
  return connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, logger: silentLogger, pollingIntervalMs: 20 })
}

/** Gives account `index` tokens, a bond and keys, and its role in the first task; the amount is what is at risk there. */
export async function enrol(on: TestChain, index: number, role: 'member' | 'operator', amount = BOND): Promise<void> {
  const { contracts, chain } = on
  const sender = on.sender(index)
  const { account, address: operatorKey } = on.hot(index)
  const peerKey = peerKeyOf(index)
  const { vault } = contracts
  const consent = await signKeyConsent({ chainId: chain.chainId, vault, owner: sender.address, peerKey, account })
  const one = { sender, role, amount }
  await addBond(on, one)
  await registerKeys(sender, { vault, operatorKey, peerKey, consent })
  on.enrolled.push(one)
  if (on.home !== undefined) await allocate(sender, { vault, task: on.home, role, amount })
}

/** Mints and bonds what joining a task takes. */
export async function addBond(on: TestChain, { sender, amount }: Enrolled): Promise<void> {
  const { governor, contracts, chain } = on
  const { joiningFee } = await readVault(chain, { vault: contracts.vault })
  const all = amount + joiningFee
  await mintDevelopmentTokens(governor, { token: contracts.token, to: sender.address, amount: all })
  await bond(sender, { ...contracts, amount: all })
}

/** Everybody who is enrolled joins a task: the first one with the bond they have, a later one with as much again. */
export async function joinAll(on: TestChain, task: bigint): Promise<void> {
  const { vault } = on.contracts
  const first = on.home === undefined
  on.home ??= task
  // Members before operators, so that the slots of members begin at 0.
  const inOrder = on.enrolled.toSorted((a, b) => Number(a.role === 'operator') - Number(b.role === 'operator'))
  for (const one of inOrder) {
    if (!first) await addBond(on, one)
    await allocate(one.sender, { vault, task, role: one.role, amount: one.amount })
  }
}

/** What the tasks of the tests are: without reference. */
export const TASK_SPEC: TaskSpec = {
  ...SPEC,
  rule: { ...SPEC.rule, reference: 0 },
  rewardPerRound: parseEther('0.625'),
  genesisModelRoot: hash('model'),
}

/** A funded task whose seat the operator key of account 1 has. */
export async function openTask(
  on: TestChain,
  changes: Partial<CreateTaskParameters> = {},
  beforeSeat: (task: bigint) => Promise<void> = async () => {},
): Promise<bigint> {
  const { governor, contracts } = on
  const { task } = await createTask(governor, {
    ledger: contracts.ledger,
    spec: TASK_SPEC,
    windows: WINDOWS,
    quorumBps: 6667,
    judge: contracts.judge,
    falseClaimPenalty: parseEther('50'),
    faultPenalty: parseEther('10'),
    bountyBps: 2000,
    minMembers: 0,
    minStake: 0n,
    ...changes,
  })
  await joinAll(on, task)
  await on.pass(1)
  const amount = parseEther('1000')
  await mintDevelopmentTokens(governor, { token: contracts.token, to: governor.address, amount })
  await fundRewards(governor, { ...contracts, task, amount })
  await beforeSeat(task)
  await takeSeat(hotSender(on, 1), { ledger: contracts.ledger, task })
  return task
}

/** The claim that round 1 builds on. */
export const genesis: Claim = genesisClaim(specHash(TASK_SPEC), TASK_SPEC.genesisModelRoot, ZERO_HASH)

/** A claim with made-up roots: the ledger never looks inside. */
export function claimOn(parent: Hash, changes: Partial<Claim> = {}): Claim {
  return {
    parent,
    membersRoot: hash('members'),
    gramRoot: hash('gram'),
    traceRoot: hash('trace'),
    transitionRoot: hash('transition'),
    modelRoot: hash('model 1'),
    referenceRoot: ZERO_HASH,
    ledgerRoot: bytesToHex(zeroHash(LEDGER_DEPTH)),
    evidence: hash('evidence'),
    ledgerTotal: 0n,
    members: 0,
    ...changes,
  }
}

/** The judge rejects a round without a proof: the node sends as the contract. */
export async function reject(
  { test, chain, contracts }: TestChain,
  { task, round, recipient }: { task: bigint; round: bigint; recipient: Address },
): Promise<void> {
  const { judge, ledger } = contracts
  await test.impersonateAccount({ address: judge })
  await test.setBalance({ address: judge, value: parseEther('1') })
  const data = encodeFunctionData({ abi: roundLedgerAbi, functionName: 'reject', args: [task, round, recipient] })
  const hash = await test.request({ method: 'eth_sendTransaction', params: [{ from: judge, to: ledger, data }] } as never)
  await chain.publicClient.waitForTransactionReceipt({ hash })
}

/** An operator key's sender: posts for account `index`. */
export function hotSender(on: TestChain, index: number, journal?: ConstructorParameters<typeof TransactionSender>[0]['journal']) {
  return new TransactionSender({ chain: on.chain, account: on.hot(index).account, journal })
}

/** Seals the open round over rows that nobody looks at, and posts its claim. */
export async function sealAndPost(
  sender: TransactionSender,
  { ledger, task, round, claim, signal }: Omit<PostClaimParameters, 'openedAt' | 'digest'>,
): Promise<TransactionResult> {
  const { openedAt, forcedHash, state, digest: sealed } = await readCurrentRound(sender.chain, { ledger, task })
  const digest = state === 'sealed' ? sealed : hash(`rows of round ${round}`)
  const at = { ledger, task, round, openedAt, digest, signal }
  if (state === 'commit') await sealRound(sender, { ...at, count: claim.members, forcedHash })
  return postClaim(sender, { ...at, claim })
}

export type { Address, Hex }
