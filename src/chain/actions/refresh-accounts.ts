import { zeroHash } from 'viem'
import type { Address } from '../../protocol/types.ts'
import { stakeVaultAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'
import type { StakeAccount } from './read-account.ts'
import { readAccounts } from './read-accounts.ts'
import { readContract } from './read-contract.ts'
import { readMinimum } from './read-minimum.ts'

export interface RefreshAccountsParameters extends WriteOptions {
  vault: Contracts['vault']
  task: bigint
  /** Where to begin looking for allocations; default 0. */
  fromBlock?: bigint
}

/**
 * Evaluates every account of a task again that counts, or does not count, by rules that voters changed since. The vault does so by itself only when an
 * allocation next changes; anyone may do it earlier. Returns the owners refreshed; one transaction each.
 *
 * Errors: those of every write.
 *
 * @example
 * await executeProposal(sender, { governance, proposal })
 * await refreshAccounts(sender, { vault, task })
 */
export async function refreshAccounts(
  sender: TransactionSender,
  { vault, task, fromBlock, signal }: RefreshAccountsParameters,
): Promise<Address[]> {
  const { chain } = sender
  const blockNumber = await chain.publicClient.getBlockNumber()
  const of = { address: vault, abi: stakeVaultAbi, doing: 'read the parameters of the vault', blockNumber, signal } as const
  const [ofMember, ofOperator, consortium, accounts] = await Promise.all([
    readMinimum(chain, { vault, task, role: 'member', blockNumber, signal }),
    readMinimum(chain, { vault, task, role: 'operator', blockNumber, signal }),
    readContract(chain, { ...of, functionName: 'consortiumMode', args: [] }),
    readAccounts(chain, { vault, task, fromBlock, blockNumber, signal }),
  ])
  const stale = async ({ owner, role, allocated, freeAt, eligible, operatorEligible }: StakeAccount): Promise<boolean> => {
    const entity = consortium ? await readContract(chain, { ...of, functionName: 'entityOf', args: [owner] }) : undefined
    const takesPart = freeAt === 0 && entity !== zeroHash
    if (role === 'operator') return operatorEligible !== (takesPart && allocated >= ofOperator)
    return eligible !== (takesPart && allocated >= ofMember ? allocated : 0n)
  }
  const refreshed: Address[] = []
  for (const account of accounts) {
    if (!(await stale(account))) continue
    const { owner } = account
    await sender.write({
      doing: `refresh ${owner}`,
      to: vault,
      abi: stakeVaultAbi,
      functionName: 'refresh',
      args: [task, owner],
      signal,
    })
    refreshed.push(owner)
  }
  return refreshed
}
