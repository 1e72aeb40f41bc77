import { roundLedgerAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Address } from '../../protocol/types.ts'
import { readContract } from './read-contract.ts'
import type { ReadRoundParameters } from './read-round.ts'

/**
 * The judge of one round, which keeps the one it opened with when voters name another for later rounds; zero where nobody judges. Errors as `readTask`.
 */
export async function readJudge(chain: Chain, { ledger, task, round, ...options }: ReadRoundParameters): Promise<Address> {
  const { judge } = await readContract(chain, {
    ...options,
    address: ledger,
    abi: roundLedgerAbi,
    functionName: 'terms',
    args: [task, round],
    doing: `read the terms of round ${round}`,
  })
  return judge
}
