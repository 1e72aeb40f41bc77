import { encodeFunctionData } from 'viem'
import type { Address } from '../../protocol/types.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { GovernanceCall } from './parameters.ts'

/**
 * The call that lets tasks name a judge, or ends its use. A judge that voters retire opens no round any more; it keeps its power over the
 * rounds that opened before.
 *
 * @example const calls = [encodeJudge('addJudge', judge, contracts)]
 */
export function encodeJudge(
  change: 'addJudge' | 'retireJudge',
  judge: Address,
  { ledger }: Pick<Contracts, 'ledger'>,
): GovernanceCall {
  return { target: ledger, data: encodeFunctionData({ abi: roundLedgerAbi, functionName: change, args: [judge] }) }
}
