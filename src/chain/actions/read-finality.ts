import { roundLedgerAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import { readContract } from './read-contract.ts'
import { readRound } from './read-round.ts'
import type { ReadRoundParameters, RoundStatus } from './read-round.ts'

export interface Finality {
  /** No transaction can change the round's outcome any more. */
  final: boolean
  status: RoundStatus
  /** Unix second from which a posted claim is final by itself; a quorum makes it so before. 0 without a claim. */
  challengeEnd: number
}

/** Whether a round's outcome is final. Errors as `readTask`. */
export async function readFinality(chain: Chain, parameters: ReadRoundParameters): Promise<Finality> {
  const { ledger, task, round, ...options } = parameters
  const [final, { status, challengeEnd }] = await Promise.all([
    readContract(chain, {
      ...options,
      address: ledger,
      abi: roundLedgerAbi,
      functionName: 'isFinal',
      args: [task, round],
      doing: `read the finality of round ${round}`,
    }),
    readRound(chain, parameters),
  ])
  return { final, status, challengeEnd }
}
