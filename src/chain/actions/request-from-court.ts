import { encodeAbiParameters, erc20Abi, keccak256, parseEventLogs } from 'viem'
import { QuorateError } from '../../core/index.ts'
import { CourtKind, CourtTree, courtUnits } from '../../protocol/index.ts'
import type { Address, Claim, CourtTarget, Hash } from '../../protocol/index.ts'
import { dataCourtAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'
import { approve } from './approve.ts'
import { readCourt } from './read-court.ts'
import { readContract } from './read-contract.ts'
import { readTokenBalance } from './read-token-balance.ts'

/** What every request names: the claim in question, as posted. */
export interface CourtRequestParameters extends WriteOptions {
  court: Address
  token: Contracts['token']
  task: bigint
  round: bigint
  claim: Claim
}

/** A request as the court recorded it. */
export interface CourtRequest {
  id: Hash
  /** Unix seconds from which it cannot be answered any more, if the ledger is not paused meanwhile. */
  deadline: number
  target: CourtTarget
}

export type CourtRequestResult = TransactionResult & CourtRequest

type RequestName = keyof typeof KINDS

/**
 * The one way the actions of this folder ask the court: pays the bond (after approving the court if its allowance is
 * too low) and returns the request that the court created.
 *
 * @param rest arguments after the dispute
 */
export async function requestFromCourt(
  sender: TransactionSender,
  parameters: CourtRequestParameters,
  functionName: RequestName,
  rest: readonly unknown[] = [],
): Promise<CourtRequestResult> {
  const { court, token, task, round, claim, signal } = parameters
  const { chain, address: owner } = sender
  const [{ unitBond }, balance, allowance] = await Promise.all([
    readCourt(chain, { court, task, signal }),
    readTokenBalance(chain, { token, owner, signal }),
    readContract(chain, {
      address: token,
      abi: erc20Abi,
      functionName: 'allowance',
      args: [owner, court] as const,
      doing: 'read the allowance of the court',
      signal,
    }),
  ])
  const amount = unitBond * BigInt(unitsOf(functionName, rest))
  if (balance < amount) {
    throw new QuorateError(
      'TOKEN_BALANCE_TOO_LOW',
      `${owner} has ${balance} token wei and a request needs a bond of ${amount} token wei`,
      {
        details: { owner, balance, needed: amount },
      },
    )
  }
  if (allowance < amount) await approve(sender, { token, spender: court, amount, signal })
  const args = [{ task, round, claim }, ...rest]
  const { inputs } = dataCourtAbi.find((entry) => entry.type === 'function' && entry.name === functionName)!
  const result = await sender.write({
    // The same question about the same claim is one purpose.
    key: `${functionName}:${keccak256(encodeAbiParameters(inputs as never, args as never))}`,
    doing: `ask the court about round ${round}`,
    to: court,
    abi: dataCourtAbi,
    functionName,
    args: args as never,
    signal,
  })
  const [requested] = parseEventLogs({ abi: dataCourtAbi, eventName: 'Requested', logs: [...result.logs] })
  const { id, deadline, target } = requested!.args
  return { ...result, id, deadline, target: target as CourtTarget }
}

const KINDS = {
  requestStakes: CourtKind.stakes,
  requestNode: CourtKind.node,
  requestLeaf: CourtKind.leaf,
  requestRows: CourtKind.rows,
  requestChunk: CourtKind.chunk,
  requestSums: CourtKind.sums,
  requestOwnSums: CourtKind.sums,
} as const

/** A leaf's tree is the second argument after the dispute. */
function unitsOf(name: RequestName, rest: readonly unknown[]): number {
  return courtUnits(KINDS[name], name === 'requestLeaf' ? (rest[1] as CourtTree) : CourtTree.members)
}
