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

/** A load balancer that hands each call to any of its back ends, which lag by 0 to `most` blocks. Transactions reach all of them. */
export function randomBackEnds({ most, random, shuffled = false }: RandomBackEnds): RpcFault {
  return async (request) => {
    const [head] = await request.forward([{ jsonrpc: '2.0', id: 0, method: 'eth_blockNumber', params: [] }])
    const newest = BigInt(head!.result as string)
    const answers = await Promise.all(request.calls.map(async (call) => oneAnswer(request, call, newest, random, most)))
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
  random: () => number,
  most: number,
): Promise<ProxiedAnswer> {
  const lag = BigInt(Math.floor(random() * (most + 1)))
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
