import { parseEventLogs } from 'viem'
import { quorateGovernorAbi } from '../../chain/abi/index.ts'
import type { Governance } from '../../chain/index.ts'
import { readLogs } from '../../chain/events/read-logs.ts'
import type { TaskReader } from '../reading/task-reader.ts'

/**
 * Texts of proposals by number, from the events of the governor.
 *
 * @param count of proposals: the events are read again when there are more
 */
export async function readDescriptions(
  { node, cache }: TaskReader,
  { governor }: Governance,
  count: number,
): Promise<ReadonlyMap<bigint, string>> {
  const { chain, fromBlock } = node.about
  if (count === 0) return new Map()
  return cache.once(`descriptions ${count}`, async () => {
    const logs = await readLogs(chain, { address: governor, fromBlock, toBlock: node.clock.latest.number })
    const created = parseEventLogs({ abi: quorateGovernorAbi, eventName: 'ProposalCreated', logs })
    return new Map(created.map(({ args }) => [args.proposalId, args.description]))
  })
}
