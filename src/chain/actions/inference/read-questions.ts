import { decodeEventLog, encodeEventTopics } from 'viem'
import type { Address, Hash } from '../../../protocol/types.ts'
import { inferenceLogAbi } from '../../abi/index.ts'
import type { Chain } from '../../connect-chain.ts'
import { readLogs } from '../../events/read-logs.ts'
import { readContract } from '../read-contract.ts'

export interface ReadQuestionsParameters {
  log: Address
  server: Address
  /** Default 0. */
  fromBlock?: bigint
  signal?: AbortSignal | undefined
}

/** A question about a receipt that nobody answered yet. */
export interface OpenQuestion {
  /** Digest of the receipt. */
  receipt: Hash
  nonce: bigint
  /** Unix second from which the deposit of the server is lost. */
  endsAt: number
}

/** Receipts of a server under one root: those with the nonces from `first` on. */
export interface PostedBatch {
  batch: bigint
  first: bigint
  count: number
}

/** Open questions to a server, and its batches, from the events of the log. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readQuestions(
  chain: Chain,
  { log: address, server, fromBlock = 0n, signal }: ReadQuestionsParameters,
): Promise<{ questions: OpenQuestion[]; batches: PostedBatch[] }> {
  const toBlock = await chain.publicClient.getBlockNumber()
  const eventsOf = async (topics: ReturnType<typeof encodeEventTopics>) =>
    (await readLogs(chain, { address, topics, fromBlock, toBlock, signal })).map(({ data, topics: found }) =>
      decodeEventLog({ abi: inferenceLogAbi, data, topics: found }),
    )
  const asked = await eventsOf(encodeEventTopics({ abi: inferenceLogAbi, eventName: 'Asked', args: { server } }))
  const posted = await eventsOf(encodeEventTopics({ abi: inferenceLogAbi, eventName: 'BatchPosted', args: { server } }))
  const questions: OpenQuestion[] = []
  for (const event of asked) {
    if (event.eventName !== 'Asked') continue
    const { receipt, nonce, endsAt } = event.args
    const at = { address, abi: inferenceLogAbi, doing: 'read a question', signal } as const
    const { asker } = await readContract(chain, { ...at, functionName: 'questionOf', args: [receipt] })
    if (BigInt(asker) !== 0n) questions.push({ receipt, nonce, endsAt })
  }
  return { questions, batches: posted.flatMap((event) => (event.eventName === 'BatchPosted' ? [event.args] : [])) }
}
