import { laggingBackEnd } from './lagging-back-end.ts'
import type { LaggingBackEnd } from './lagging-back-end.ts'
import type { ProxiedAnswer, ProxiedCall, ProxiedRequest, ProxyReply, RpcFault } from './rpc-proxy.ts'

export interface RandomBackEnds {
  /** Blocks by which the slowest back end lags. */
  most: number
  /** Gives [0, 1). */
  random: () => number
  /** Whether batches are answered out of order, and some answers twice. */
  shuffled?: boolean
}

/** How often a question about one block is asked before every back end has seen the block: no back end lags for ever. */
const CAUGHT_UP = 10

/**
 * A load balancer that hands each call to any of its back ends, which lag by 0 to `most` blocks. Transactions reach all of them. The back
 * ends catch up: a test has no half minute to wait, so what counts is how often a block was asked about, not for how long.
 */
export function randomBackEnds({ most, random, shuffled = false }: RandomBackEnds): RpcFault {
  const asked = new Map<string, number>()
  const lagOf = ({ method, params }: ProxiedCall): bigint => {
    const question = JSON.stringify([method, params])
    const times = (asked.get(question) ?? 0) + 1
    asked.set(question, times)
    const newest = method === 'eth_blockNumber' || question.includes('"latest"')
    return !newest && times > CAUGHT_UP ? 0n : BigInt(Math.floor(random() * (most + 1)))
  }
  return async (request) => {
    const [head] = await request.forward([{ jsonrpc: '2.0', id: 0, method: 'eth_blockNumber', params: [] }])
    const newest = BigInt(head!.result as string)
    const answers = await Promise.all(request.calls.map(async (call) => oneAnswer(request, call, newest, lagOf(call), random)))
    if (!request.batch) return { body: answers[0] }
    if (!shuffled) return { body: answers }
    const mixed = answers.toSorted(() => random() - 0.5)
    return { body: [...mixed, ...mixed.filter(() => random() < 0.2)] }
  }
}

async function oneAnswer(
  request: ProxiedRequest,
  call: ProxiedCall,
  newest: bigint,
  lag: bigint,
  random: () => number,
): Promise<ProxiedAnswer> {
  const node: LaggingBackEnd = {
    height: lag === 0n ? undefined : newest > lag ? newest - lag : 0n,
    takes: () => true,
    unknownHash: random() < 0.5 ? 'error' : 'empty',
  }
  const single: ProxiedRequest = {
    ...request,
    calls: [call],
    batch: false,
    forward: async (calls = [call]) => request.forward(calls),
  }
  const reply = (await laggingBackEnd(node)(single)) as Exclude<ProxyReply, 'drop'>
  return reply.body as ProxiedAnswer
}
