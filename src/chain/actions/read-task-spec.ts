import { decodeEventLog, encodeEventTopics } from 'viem'
import { QuorateError } from '../../core/index.ts'
import { specHash } from '../../protocol/spec.ts'
import type { TaskSpec } from '../../protocol/types.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import { readLogs } from '../events/read-logs.ts'
import { readTask } from './read-task.ts'
import type { ReadTaskParameters } from './read-task.ts'

export interface ReadTaskSpecParameters extends Pick<ReadTaskParameters, 'ledger' | 'task' | 'signal'> {
  /** Default 0. The block of the deployment saves asking for what cannot be there. */
  fromBlock?: bigint
}

/**
 * The specification of a task, as its creation published it, under the hash that the ledger keeps.
 *
 * Errors: CONTRACT_NOT_FOUND when the task was not created after `fromBlock`, CLAIM_MISMATCH, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const { tensors, genesisModelRoot } = await readTaskSpec(chain, { ledger, task: 1n })
 */
export async function readTaskSpec(chain: Chain, parameters: ReadTaskSpecParameters): Promise<TaskSpec> {
  const { ledger, task, fromBlock = 0n, signal } = parameters
  const [named, toBlock] = await Promise.all([readTask(chain, { ledger, task, signal }), chain.publicClient.getBlockNumber()])
  const topics = encodeEventTopics({ abi: roundLedgerAbi, eventName: 'TaskCreated', args: { task } })
  const [log] = await readLogs(chain, { address: ledger, topics, fromBlock, toBlock, signal })
  if (log === undefined)
    throw new QuorateError('CONTRACT_NOT_FOUND', `task ${task} was not created on this ledger after block ${fromBlock}`)
  const { args } = decodeEventLog({ abi: roundLedgerAbi, eventName: 'TaskCreated', data: log.data, topics: log.topics })
  const spec = specOfTuple(args.spec)
  const found = specHash(spec)
  if (found !== named.specHash)
    throw new QuorateError('CLAIM_MISMATCH', `the specification of task ${task} hashes to ${found}, not ${named.specHash}`)
  return spec
}

/** The inverse of `specTuple`. */
function specOfTuple(tuple: object): TaskSpec {
  const { rule, ...spec } = tuple as Omit<TaskSpec, 'rule'> & {
    rule: Omit<TaskSpec['rule'], 'reference'> & { referenceKind: number }
  }
  const { referenceKind: reference, ...rest } = rule
  return { ...spec, rule: { ...rest, reference } } as TaskSpec
}
