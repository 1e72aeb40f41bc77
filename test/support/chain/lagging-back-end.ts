import { answersOf } from './rpc-proxy.ts'
import type { ProxiedAnswer, ProxiedCall, RpcFault } from './rpc-proxy.ts'

export interface LaggingBackEnd {
  /** The last block that it has seen; undefined: all of them. */
  height: bigint | undefined
  /** Which calls the balancer routes to it; the others go to a node that is up to date. */
  takes(call: ProxiedCall): boolean
  /** How it answers `eth_getLogs` for a block hash that it does not know: go-ethereum with an error, others with an empty list. */
  unknownHash: 'error' | 'empty'
}

/** A load balancer with two nodes behind it, of which one lags. */
export function laggingBackEnd(node: LaggingBackEnd): RpcFault {
  return async (request) => {
    const answers = await request.forward()
    const seen = await Promise.all(
      answers.map(async (answer, index) => {
        const call = request.calls[index]!
        return node.height === undefined || !node.takes(call) ? answer : atHeight(node, call, answer, request.forward)
      }),
    )
    return answersOf(request, seen)
  }
}

const UNSEEN = { code: -32000, message: 'header not found' }

async function atHeight(
  { height = 0n, unknownHash }: LaggingBackEnd,
  call: ProxiedCall,
  answer: ProxiedAnswer,
  forward: (calls: readonly ProxiedCall[]) => Promise<ProxiedAnswer[]>,
): Promise<ProxiedAnswer> {
  const { id, method, params = [] } = call
  const isKnown = async ({ blockHash }: { blockHash: string }): Promise<boolean> => {
    const [block] = await forward([{ jsonrpc: '2.0', id: 0, method: 'eth_getBlockByHash', params: [blockHash, false] }])
    const known = block?.result as { number: string } | null | undefined
    return known !== null && known !== undefined && BigInt(known.number) <= height
  }
  const made = (result: unknown): ProxiedAnswer => ({ jsonrpc: '2.0', id, result })
  if (method === 'eth_blockNumber') return made(`0x${height.toString(16)}`)
  const heightHex = `0x${height.toString(16)}`
  if (method === 'eth_getBlockByNumber' && params[0] === 'latest') {
    const [older] = await forward([{ ...call, params: [heightHex, params[1]] }])
    return older!
  }
  if (method === 'eth_getTransactionReceipt' || method === 'eth_getTransactionByHash') {
    const found = answer.result as { blockNumber: string | null } | null
    return found?.blockNumber && BigInt(found.blockNumber) > height ? made(null) : answer
  }
  if (method === 'eth_getTransactionCount' && params[1] === 'latest') {
    const [older] = await forward([{ ...call, params: [params[0], heightHex] }])
    return older!
  }
  if (method === 'eth_getBlockByNumber' && answer.result !== null) {
    const block = answer.result as { number: string } | undefined
    return block !== undefined && BigInt(block.number) > height ? made(null) : answer
  }
  if (method === 'eth_call') {
    const [request, block, ...rest] = params
    if (typeof block === 'object')
      return (await isKnown(block as { blockHash: string })) ? answer : { jsonrpc: '2.0', id, error: UNSEEN }
    if (block !== 'latest') return BigInt(block as string) > height ? { jsonrpc: '2.0', id, error: UNSEEN } : answer
    const [older] = await forward([{ ...call, params: [request, heightHex, ...rest] }])
    return older!
  }
  if (method !== 'eth_getLogs') return answer
  const { blockHash } = params[0] as { blockHash?: string }
  if (blockHash === undefined) {
    const logs = (answer.result ?? []) as { blockNumber: string }[]
    return made(logs.filter(({ blockNumber }) => BigInt(blockNumber) <= height))
  }
  if (await isKnown({ blockHash })) return answer
  return unknownHash === 'empty' ? made([]) : { jsonrpc: '2.0', id, error: { code: -32000, message: 'unknown block' } }
}
