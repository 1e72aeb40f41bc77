import { erc20Abi, zeroAddress } from 'viem'
import type { Address } from 'viem'
import { rewardDistributorAbi } from '../../src/chain/abi/rewardDistributor.ts'
import { stakeVaultAbi } from '../../src/chain/abi/stakeVault.ts'
import type { TaskAnswer } from '../../src/api/schemas.ts'
import type { ChainClient } from '../chain/chain-client.ts'

/** What the chain says of an account in the task, read through the wallet. Amounts in the token's smallest unit. */
export interface AccountState {
  owner: Address
  ether: bigint
  balance: bigint
  /** What the vault may take. */
  allowance: bigint
  bonded: bigint
  free: bigint
  allocated: bigint
  eligible: bigint
  role: 'none' | 'member' | 'operator'
  /** Unix second from which a leaving stake is free; 0 while it is not leaving. */
  freeAt: number
  hasKeys: boolean
  claimed: bigint
  votes: bigint
  delegate: Address
  minimum: bigint
  joiningFee: bigint
  unbondingDelay: number
}

export async function readAccountState(
  client: ChainClient,
  { contracts, task }: TaskAnswer,
  owner: Address,
): Promise<AccountState> {
  const vault = { address: contracts.vault as Address, abi: stakeVaultAbi } as const
  const token = { address: contracts.token as Address, abi: erc20Abi } as const
  const distributor = { address: contracts.distributor as Address, abi: rewardDistributorAbi } as const
  const id = BigInt(task)
  const [ether, balance, allowance, account, allocation, claimed, votes, delegate, minimum, joiningFee, unbondingDelay] =
    await Promise.all([
      client.getBalance({ address: owner }),
      client.readContract({ ...token, functionName: 'balanceOf', args: [owner] }),
      client.readContract({ ...token, functionName: 'allowance', args: [owner, vault.address] }),
      client.readContract({ ...vault, functionName: 'account', args: [owner] }),
      client.readContract({ ...vault, functionName: 'allocation', args: [id, owner] }),
      client.readContract({ ...distributor, functionName: 'claimed', args: [id, owner] }),
      client.readContract({ ...vault, functionName: 'getVotes', args: [owner] }),
      client.readContract({ ...vault, functionName: 'delegates', args: [owner] }),
      client.readContract({ ...vault, functionName: 'minimumOf', args: [id, 1] }),
      client.readContract({ ...vault, functionName: 'joiningFee' }),
      client.readContract({ ...vault, functionName: 'unbondingDelay' }),
    ])
  return {
    owner,
    ether,
    balance,
    allowance,
    bonded: account.bonded,
    free: account.bonded - account.allocated,
    allocated: allocation.amount,
    eligible: allocation.eligible,
    role: (['none', 'member', 'operator'] as const)[allocation.role] ?? 'none',
    freeAt: allocation.freeAt,
    hasKeys: account.operatorKey !== zeroAddress,
    claimed,
    votes,
    delegate,
    minimum,
    joiningFee,
    unbondingDelay,
  }
}
