import { QuorateError } from '../../core/index.ts'
import { stakeVaultAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'
import { readAccount, ROLES } from './read-account.ts'
import { readMinimum } from './read-minimum.ts'

export interface AllocateParameters extends WriteOptions {
  vault: Contracts['vault']
  task: bigint
  /** Fixed by the first allocation for the task's life. */
  role: 'member' | 'operator'
  /** Token wei of the free bond. */
  amount: bigint
}

/**
 * Puts a part of the sender's free bond at risk in one task; more adds to it. The first allocation costs the joining fee (`VaultState.joiningFee`),
 * which is burned. Sender: the owner key.
 *
 * Errors: STAKE_TOO_LOW when the allocation would stay below the role's minimum in the task (nothing is sent), TRANSACTION_REVERTED with `InsufficientBond`, `SeatsFull`,
 * `SlotsFull`, `TooMuchStake`, `RoleFixed`, `StillLeaving`, `KeysMissing` or `UnknownTask`, and those of every write.
 *
 * @example
 * await allocate(sender, { vault, task: 1n, role: 'member', amount: parseEther('100') })
 */
export async function allocate(sender: TransactionSender, parameters: AllocateParameters): Promise<TransactionResult> {
  const { vault, task, role, amount, signal } = parameters
  const { chain, address: owner } = sender
  const [account, minimum] = await Promise.all([
    readAccount(chain, { vault, task, owner, signal }),
    readMinimum(chain, { vault, task, role, signal }),
  ])
  const total = account.allocated + amount
  if (total < minimum) {
    throw new QuorateError(
      'STAKE_TOO_LOW',
      `${owner} would have ${total} token wei in task ${task}, the minimum is ${minimum} token wei`,
      {
        details: { owner, task, allocated: account.allocated, amount, minimum },
      },
    )
  }
  const doing = `allocate ${amount} token wei to task ${task}`
  const args = [task, ROLES.indexOf(role), amount] as const
  return sender.write({ doing, to: vault, abi: stakeVaultAbi, functionName: 'allocate', args, signal })
}
