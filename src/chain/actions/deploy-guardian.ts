import { zeroAddress } from 'viem'
import type { Address } from '../../protocol/types.ts'
import { guardianAbi, guardianBytecode, roundLedgerAbi, stakeVaultAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface DeployGuardianParameters extends WriteOptions {
  ledger: Contracts['ledger']
  vault: Contracts['vault']
  /** Who may pause and cancel: a multisig. */
  holder: Address
  /** Where proposals wait. It must give the guardian its canceller role. Absent: there is nothing to cancel. */
  timelock?: Address
}

/**
 * Deploys a `Guardian` and names it in ledger and vault, whose owner the sender must still be; later that takes a proposal.
 *
 * Errors: TRANSACTION_REVERTED with `OwnableUnauthorizedAccount`, and those of every write.
 *
 * @example
 * const guardian = await deployGuardian(sender, { ...contracts, holder: multisig, timelock })
 */
export async function deployGuardian(sender: TransactionSender, parameters: DeployGuardianParameters): Promise<Address> {
  const { ledger, vault, holder, timelock = zeroAddress, signal } = parameters
  const { contractAddress: guardian } = await sender.deploy({
    doing: 'deploy Guardian',
    abi: guardianAbi,
    bytecode: guardianBytecode,
    args: [holder, ledger, vault, timelock],
    signal,
  })
  const name = { doing: 'name the guardian', functionName: 'setGuardian', args: [guardian], signal } as const
  await sender.write({ ...name, to: ledger, abi: roundLedgerAbi })
  await sender.write({ ...name, to: vault, abi: stakeVaultAbi })
  return guardian
}
