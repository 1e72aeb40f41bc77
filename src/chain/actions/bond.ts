import { erc20Abi } from 'viem'
import { QuorateError } from '../../core/index.ts'
import { stakeVaultAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'
import { approve } from './approve.ts'
import { readAccount } from './read-account.ts'
import { readContract } from './read-contract.ts'
import { readTokenBalance } from './read-token-balance.ts'
import { readVault } from './read-vault.ts'

export interface BondParameters extends WriteOptions {
  vault: Contracts['vault']
  token: Contracts['token']
  /** Token wei. */
  amount: bigint
  /** What the account is to become: its minimum bond is checked. An account that has a role keeps it. Default `member`. */
  role?: 'member' | 'operator'
}

/**
 * Puts stake into the sender's bond, approving the vault first if its allowance does not suffice. Sender: the owner key.
 *
 * Errors: TOKEN_BALANCE_TOO_LOW, STAKE_TOO_LOW when the bond would stay below the minimum that counts (nothing is sent in either case), and
 * those of every write.
 *
 * @example
 * await bond(sender, { ...contracts, amount: parseEther('1000') })
 */
export async function bond(sender: TransactionSender, parameters: BondParameters): Promise<TransactionResult> {
  const { vault, token, amount, signal } = parameters
  const { chain, address: owner } = sender
  const [balance, account, rules, allowance] = await Promise.all([
    readTokenBalance(chain, { token, owner, signal }),
    readAccount(chain, { vault, owner, signal }),
    readVault(chain, { vault, signal }),
    readContract(chain, {
      address: token,
      abi: erc20Abi,
      functionName: 'allowance',
      args: [owner, vault] as const,
      doing: 'read the allowance of the vault',
      signal,
    }),
  ])
  const role = account.role === 'none' ? (parameters.role ?? 'member') : account.role
  const minimum = role === 'operator' ? rules.minOperatorBond : rules.minBond
  if (balance < amount) {
    throw new QuorateError('TOKEN_BALANCE_TOO_LOW', `${owner} has ${balance} token wei and wants to bond ${amount}`, {
      details: { owner, balance, needed: amount },
    })
  }
  if (account.bonded + amount < minimum) {
    throw new QuorateError(
      'STAKE_TOO_LOW',
      `the bond of ${owner} would be ${account.bonded + amount}, the minimum is ${minimum} token wei`,
      {
        details: { owner, bonded: account.bonded, amount, minimum },
      },
    )
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
