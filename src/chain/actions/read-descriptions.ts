import { decodeEventLog, encodeEventTopics } from 'viem'
import { quorateGovernorAbi } from '../abi/index.ts'
import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import { readLogs } from '../events/read-logs.ts'
import type { Governance } from '../governance/governance.ts'
import { translateChainError } from '../translate-chain-error.ts'
import type { ReadOptions } from './read-contract.ts'

/** Blocks that are searched at once, backwards from the newest. */
const SPAN = 50_000n

/**
 * What proposers wrote about their proposals. The governor keeps only a hash of it, and the text stands in the event of the proposal: the
 * chain is searched backwards until every text is found.
 *
 * @param proposals numbers of the proposals
 * @returns the texts by number; one that the chain does not show is missing
 * @throws QuorateError RPC_UNREACHABLE, CANCELLED
 */
export async function readDescriptions(
  chain: Chain,
  {
    governance,
    proposals,
    fromBlock = 0n,
    signal,
  }: Pick<ReadOptions, 'signal'> & { governance: Governance; proposals: readonly bigint[]; fromBlock?: bigint },
): Promise<Map<bigint, string>> {
  const found = new Map<bigint, string>()
  try {
    const topics = encodeEventTopics({ abi: quorateGovernorAbi, eventName: 'ProposalCreated' })
    let last = await abortable(chain.publicClient.getBlockNumber(), signal)
    while (last >= fromBlock && proposals.some((proposal) => !found.has(proposal))) {
      const first = last - SPAN >= fromBlock ? last - SPAN + 1n : fromBlock
      const range = { fromBlock: first, toBlock: last, signal }
      for (const log of await readLogs(chain, { address: governance.governor, topics, ...range })) {
        const { args } = decodeEventLog({ abi: quorateGovernorAbi, eventName: 'ProposalCreated', ...log })
        found.set(args.proposalId, args.description)
      }
      last = first - 1n
    }
  } catch (error) {
    throw translateChainError(error, { doing: 'read what proposals say', rpcUrl: chain.rpcUrl })
  }
  return found
}
