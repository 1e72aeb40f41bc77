import { erc20Abi } from 'viem'
import { QuorateError } from '../../core/index.ts'
import { stakeVaultAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'
import { approve } from './approve.ts'
import { readContract } from './read-contract.ts'
import { readTokenBalance } from './read-token-balance.ts'

export interface BondParameters extends WriteOptions {
  vault: Contracts['vault']
  token: Contracts['token']
  /** Token wei. */
  amount: bigint
}

/**
 * Puts tokens into the sender's bond, approving the vault first if its allowance does not suffice. A bond counts nowhere before it is
 * allocated (`allocate`). Sender: the owner key.
 *
 * Errors: TOKEN_BALANCE_TOO_LOW (nothing is sent), and those of every write.
 *
 * @example
 * await bond(sender, { ...contracts, amount: parseEther('1000') })
 */
export async function bond(sender: TransactionSender, parameters: BondParameters): Promise<TransactionResult> {
  const { vault, token, amount, signal } = parameters
  const { chain, address: owner } = sender
  const [balance, allowance] = await Promise.all([
    readTokenBalance(chain, { token, owner, signal }),
    readContract(chain, {
      address: token,
      abi: erc20Abi,
      functionName: 'allowance',
      args: [owner, vault] as const,
      doing: 'read the allowance of the vault',
      signal,
    }),
  ])
  if (balance < amount) {
    throw new QuorateError('TOKEN_BALANCE_TOO_LOW', `${owner} has ${balance} token wei and wants to bond ${amount} token wei`, {
      details: { owner, balance, needed: amount },
    })
  }
  if (allowance < amount) await approve(sender, { token, spender: vault, amount, signal })
  return sender.write({
    doing: `bond ${amount} token wei`,
    to: vault,
    abi: stakeVaultAbi,
    functionName: 'bond',
    args: [amount],
    signal,
  })
}
