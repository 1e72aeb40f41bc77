import { decodeFunctionData, encodeEventTopics, parseEventLogs } from 'viem'
import type { Address, CourtTarget, Hash } from '../../protocol/index.ts'
import { dataCourtAbi } from '../abi/index.ts'
import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import { readLogs } from '../events/read-logs.ts'
import { translateChainError } from '../translate-chain-error.ts'
import type { AnswerFunction } from './answer-request.ts'
import type { CourtRequest } from './request-from-court.ts'
import type { RequestStatus } from './read-request.ts'

export interface ReadRequestsParameters {
  court: Address
  task: bigint
  /** Default: any. */
  round?: bigint
  fromBlock?: bigint
  /** Included; default the latest. */
  toBlock?: bigint
  signal?: AbortSignal
}

/** A request with what came of it. */
export interface CourtCase extends CourtRequest {
  requester: Address
  status: Exclude<RequestStatus, 'none'>
  /** What was opened, once answered: the function and its arguments, the target first. */
  answer?: { answerer: Address; functionName: AnswerFunction; args: readonly unknown[] }
}

/**
 * All requests about a round, or about all rounds of a task, in order, with their answers: a node finds the requests that it must answer, and a
 * watcher finds opened data.
 *
 * Errors: RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const open = (await readRequests(chain, { court, task, round })).filter(({ status }) => status === 'open')
 */
export async function readRequests(chain: Chain, parameters: ReadRequestsParameters): Promise<CourtCase[]> {
  const { court, task, round, fromBlock = 0n, signal } = parameters
  try {
    const toBlock = parameters.toBlock ?? (await abortable(chain.publicClient.getBlockNumber(), signal))
    // The four events about requests index the same three fields.
    const [, id, ofTask, ofRound] = encodeEventTopics({
      abi: dataCourtAbi,
      eventName: 'Requested',
      args: { task, ...(round !== undefined && { round }) },
    })
    const logs = await readLogs(chain, {
      address: court,
      topics: [null, id ?? null, ofTask!, ofRound ?? null],
      fromBlock,
      toBlock,
      signal,
    })
    const cases = new Map<Hash, CourtCase>()
    for (const { eventName, args } of parseEventLogs({ abi: dataCourtAbi, logs })) {
      if (eventName === 'Requested') {
        const target = args.target as CourtTarget
        cases.set(args.id, { id: args.id, deadline: args.deadline, target, requester: args.requester, status: 'open' })
        continue
      }
      // Payments name no request.
      if (eventName === 'Collected') continue
      const found = cases.get(args.id)
      // Asked before the first block that was looked at.
      if (!found) continue
      if (eventName === 'Answered') {
        const call = decodeFunctionData({ abi: dataCourtAbi, data: args.call })
        found.status = 'answered'
        found.answer = { answerer: args.answerer, functionName: call.functionName as AnswerFunction, args: call.args ?? [] }
      } else {
        found.status = eventName === 'Expired' ? 'expired' : 'refunded'
      }
    }
    return [...cases.values()]
  } catch (error) {
    throw translateChainError(error, {
      doing: `read the requests about ${round === undefined ? `task ${task}` : `round ${round}`}`,
      rpcUrl: chain.rpcUrl,
    })
  }
}
