import { zeroAddress } from 'viem'
import { QuorateError } from '../../core/index.ts'
import { quorateTimelockAbi, roundLedgerAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import type { Governance } from '../governance/governance.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

/**
 * Who governs the deployment of a ledger.
 *
 * Errors: GOVERNANCE_NOT_FOUND when an account owns the ledger and no timelock, CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const { governor, timelock } = await findGovernance(chain, { ledger })
 */
export async function findGovernance(
  chain: Chain,
  { ledger, ...options }: ReadOptions & Pick<Contracts, 'ledger'>,
): Promise<Governance> {
  const of = { ...options, address: ledger, abi: roundLedgerAbi, args: [], doing: `read the owner of ledger ${ledger}` } as const
  const [timelock, guardian] = await Promise.all([
    readContract(chain, { ...of, functionName: 'owner' }),
    readContract(chain, { ...of, functionName: 'guardian' }),
  ])
  const none = (cause?: unknown): QuorateError =>
    new QuorateError(
      'GOVERNANCE_NOT_FOUND',
      `the ledger ${ledger} is owned by ${timelock}, which is not a timelock with a governor`,
      {
        details: { ledger, owner: timelock },
        cause,
      },
    )
  const governor = await readContract(chain, {
    ...options,
    address: timelock,
    abi: quorateTimelockAbi,
    functionName: 'governor',
    args: [],
    doing: `read the governor of timelock ${timelock}`,
  }).catch((error: unknown) => {
    if (error instanceof QuorateError && ['CONTRACT_NOT_FOUND', 'TRANSACTION_REVERTED'].includes(error.code)) throw none(error)
    throw error
  })
  if (governor === zeroAddress) throw none()
  return { governor, timelock, guardian }
}
