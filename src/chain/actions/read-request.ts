import type { Address, Hash } from '../../protocol/types.ts'
import { dataCourtAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadRequestParameters extends ReadOptions {
  court: Address
  id: Hash
}

const STATUSES = ['none', 'open', 'answered', 'expired', 'refunded'] as const
export type RequestStatus = (typeof STATUSES)[number]

export interface RequestState {
  status: RequestStatus
  requester: Address
  /** Unix seconds from which it cannot be answered any more, with the pauses known so far. */
  deadline: bigint
}

/** Where a request stands; status `none` for an unknown id. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readRequest(chain: Chain, { court, id, ...options }: ReadRequestParameters): Promise<RequestState> {
  const doing = 'read a request to the court'
  const [request, deadline] = await Promise.all([
    readContract(chain, { ...options, address: court, abi: dataCourtAbi, functionName: 'request', args: [id], doing }),
    readContract(chain, { ...options, address: court, abi: dataCourtAbi, functionName: 'deadlineOf', args: [id], doing }),
  ])
  return { status: STATUSES[request.status]!, requester: request.requester, deadline }
}
