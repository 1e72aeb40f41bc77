import { BlockNotFoundError } from 'viem'
import type { RpcTransactionReceipt } from 'viem'
import type { Chain } from '../../chain/index.ts'
import type { Hash } from '../../protocol/index.ts'
import type { Rows } from '../lake/tables.ts'
import { rowsOfBlock } from './rows-of-block.ts'

export interface ReadBlock {
  number: bigint
  hash: Hash
  parentHash: Hash
  rows: Rows
}

/**
 * One block with its receipts and logs.
 *
 * @returns undefined where the block is not on the chain (any more), or its receipts are of another block: the chain reorganised between two answers
 * @throws what viem throws where the node fails
 */
export async function readBlock(chain: Chain, number: bigint): Promise<ReadBlock | undefined> {
  const block = await chain.publicClient.getBlock({ blockNumber: number, includeTransactions: true }).catch(noneOf)
  if (!block) return undefined
  const receipts = block.transactions.length === 0 ? [] : await receiptsOf(chain, block)
  const fits =
    receipts.length === block.transactions.length &&
    receipts.every(
      (receipt, index) => receipt?.blockHash === block.hash && receipt.transactionHash === block.transactions[index]!.hash,
    )
  if (!fits) return undefined
  const { hash, parentHash } = block
  return { number, hash, parentHash, rows: rowsOfBlock(block, receipts as RpcTransactionReceipt[]) }
}

/** The hash of a block, undefined where the chain has none of this number. */
export async function hashOf(chain: Chain, number: bigint): Promise<Hash | undefined> {
  const block = await chain.publicClient.getBlock({ blockNumber: number }).catch(noneOf)
  return block?.hash
}

function noneOf(error: unknown): undefined {
  if (error instanceof BlockNotFoundError) return undefined
  throw error
}

type Receipts = readonly (RpcTransactionReceipt | null)[]

/** In one answer; of a node without `eth_getBlockReceipts`, one by one. */
async function receiptsOf(
  { publicClient }: Chain,
  { number, transactions }: { number: bigint; transactions: readonly { hash: Hash }[] },
): Promise<Receipts> {
  const request = publicClient.request as (call: { method: string; params: readonly unknown[] }) => Promise<unknown>
  try {
    const params = [`0x${number.toString(16)}`]
    return ((await request({ method: 'eth_getBlockReceipts', params })) ?? []) as Receipts
  } catch (error) {
    if (!isUnknownMethod(error)) throw error
    const asked = transactions.map(async ({ hash }) => request({ method: 'eth_getTransactionReceipt', params: [hash] }))
    return (await Promise.all(asked)) as Receipts
  }
}

/** JSON-RPC codes of a method that the node does not have, or does not offer. */
const UNKNOWN_METHOD = new Set([-32_601, -32_004])

function isUnknownMethod(error: unknown): boolean {
  return UNKNOWN_METHOD.has((error as { code?: number }).code ?? 0)
}
