import { parseEther } from 'viem'
import { silentLogger } from '../../../src/core/index.ts'
import {
  connectChain,
  createTask,
  deployGuardian,
  deployQuorate,
  devAccounts,
  DEVELOPMENT_TIMES,
  signKeyConsent,
  TransactionSender,
} from '../../../src/chain/index.ts'
import type { Deployment } from '../../../src/chain/index.ts'
import { DEV_MNEMONIC } from '../../../src/chain/dev/dev-accounts.ts'
import type { Address, Hex } from '../../../src/protocol/index.ts'
import { CAST, keyOf, MEMBERS } from '../cast.ts'
import type { Person } from '../cast.ts'
import { FALSE_CLAIM, GARBAGE, SPEC, WINDOWS } from '../task.ts'
import { encode } from './abi.ts'
import { peerKeyOf } from './peer-key.ts'
import type { Call, Evm } from './evm.ts'

const DAY = 86_400
const CHAIN_ID = 31_337

export interface Stage extends Pick<Deployment, 'ledger' | 'vault' | 'token' | 'judge' | 'court' | 'distributor'> {
  chainId: number
  governor: Address
  guardian: Address
}

/** Deploys the contracts, gives the cast bonds and keys, and makes the task, funded for many rounds. Nobody has its seat. */
export async function deployStage(evm: Evm): Promise<Stage> {
  await evm.rpc('evm_setAutomine', true)
  const chain = await connectChain({
    rpcUrl: `http://127.0.0.1:${evm.port}`,
    chainId: CHAIN_ID,
    logger: silentLogger,
    pollingIntervalMs: 20,
  })
  const sender = new TransactionSender({ chain, account: devAccounts(1, DEV_MNEMONIC)[0]!.account })
  const bounds = { minUnbondingDelay: DAY, maxUnbondingDelay: 30 * DAY, minBondFloor: 1n, minBondCeiling: parseEther('1000000') }
  const rules = { minBond: parseEther('100'), minOperatorBond: parseEther('500'), unbondingDelay: DAY, bounds }
  const contracts = await deployQuorate(sender, { rules, unitBond: parseEther('0.1'), shortest: DEVELOPMENT_TIMES })
  const { ledger, vault, judge } = contracts
  const guardian = await deployGuardian(sender, { ledger, vault, holder: sender.address })
  await createTask(sender, {
    ledger,
    spec: SPEC,
    windows: WINDOWS,
    quorumBps: 6667,
    judge,
    falseClaimPenalty: FALSE_CLAIM,
    faultPenalty: GARBAGE,
    bountyBps: 2000,
    minMembers: MEMBERS.length - 2,
    minStake: 0n,
  })
  await evm.rpc('evm_setAutomine', false)
  const stage = { ...contracts, chainId: CHAIN_ID, governor: sender.address, guardian }
  let now = Number(await evm.rpc<{ timestamp: Hex }>('eth_getBlockByNumber', 'latest', false).then(({ timestamp }) => timestamp))
  for (const one of CAST) await mineAll(evm, await joinCalls(stage, one), ++now)
  const amount = parseEther('100000')
  const fund: Call[] = [
    call(stage, stage.governor, 'token', 'mint', [stage.governor, amount]),
    call(stage, stage.governor, 'token', 'approve', [stage.distributor, amount]),
    call(stage, stage.governor, 'distributor', 'fund', [1n, amount]),
  ]
  await mineAll(evm, fund, ++now)
  return stage
}

/** Token wei that each of the cast begins with in its wallet: bonds for the court. */
export const WALLET = parseEther('1000')

async function joinCalls(stage: Stage, { owner, name, role, stake }: Person): Promise<Call[]> {
  const fee = parseEther('1')
  const account = keyOf(name)
  const peerKey = peerKeyOf(name, 0)
  const consent = await signKeyConsent({ chainId: stage.chainId, vault: stage.vault, owner, peerKey, account })
  return [
    call(stage, stage.governor, 'token', 'mint', [owner, stake + fee + WALLET]),
    call(stage, owner, 'token', 'approve', [stage.vault, stake + fee]),
    call(stage, owner, 'token', 'approve', [stage.court, WALLET]),
    call(stage, owner, 'vault', 'bond', [stake + fee]),
    call(stage, owner, 'vault', 'registerKeys', [account.address, peerKey, consent]),
    call(stage, owner, 'vault', 'allocate', [1n, role === 'member' ? 1 : 2, stake]),
  ].slice(0)
}

export function call(
  stage: Stage,
  from: Address,
  contract: Parameters<typeof encode>[0],
  name: string,
  args: readonly unknown[],
): Call {
  return { from, to: stage[contract], data: encode(contract, name, args) }
}

async function mineAll(evm: Evm, calls: readonly Call[], at: number): Promise<void> {
  const { outcomes } = await evm.mine(calls, at)
  for (const [i, { ok }] of outcomes.entries())
    if (!ok) throw new Error(`call ${i} of the stage failed: ${await evm.reason(calls[i]!)}`)
}
