import { keccak256, numberToHex } from 'viem'
import { QuorateError } from '../../core/index.ts'
import { lowerHex } from '../../protocol/bytes.ts'
import type { Hex } from '../../protocol/types.ts'
import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import { translateChainError } from '../translate-chain-error.ts'
import { encodeHeader } from './encode-header.ts'
import type { RawBlock } from './encode-header.ts'

/**
 * The header of a mined block in RLP, checked: its keccak256 is the hash that the node gives the block. A contract compares it with the
 * block hash of its own chain.
 *
 * It is made from the fields that every node shows. A node that answers `debug_getRawHeader` also serves headers with fields that this
 * version does not know.
 *
 * Errors: HEADER_UNSUPPORTED, RPC_UNREACHABLE (also for a block that the node does not have yet), CANCELLED.
 *
 * @example await storeSeed(sender, { ledger, task, header: await readHeader(chain, { blockNumber }) })
 */
export async function readHeader(
  chain: Pick<Chain, 'publicClient' | 'rpcUrl'>,
  { blockNumber, signal }: { blockNumber: bigint; signal?: AbortSignal },
): Promise<Hex> {
  const doing = `read the header of block ${blockNumber}`
  const block = await requestBlock(chain, blockNumber, signal).catch((error: unknown) => {
    throw translateChainError(error, { doing, rpcUrl: chain.rpcUrl })
  })
  if (!block)
    throw new QuorateError('RPC_UNREACHABLE', `cannot ${doing}: the node has not seen the block yet`, {
      details: { failure: 'behind' },
    })
  const hash = lowerHex(block['hash'] as Hex)
  const isWhole = (header: Hex | undefined): header is Hex => header !== undefined && keccak256(header) === hash
  const header = encodeHeader(block)
  if (isWhole(header)) return header
  const raw = await requestRawHeader(chain, blockNumber, signal)
  if (isWhole(raw)) return raw
  throw new QuorateError(
    'HEADER_UNSUPPORTED',
    `the header of block ${blockNumber} has fields that this version does not know: what is known of it does not hash to ${hash}`,
    { details: { block: blockNumber, hash } },
  )
}

type Requests = Pick<Chain, 'publicClient'>

async function requestBlock({ publicClient }: Requests, block: bigint, signal?: AbortSignal): Promise<RawBlock | null> {
  const asked = publicClient.request<{
    Method: 'eth_getBlockByNumber'
    Parameters: [Hex, boolean]
    ReturnType: RawBlock | null
  }>({ method: 'eth_getBlockByNumber', params: [numberToHex(block), false] })
  return abortable(asked, signal)
}

/** Most nodes answer this to their owner only, so no answer is no failure. */
async function requestRawHeader({ publicClient }: Requests, block: bigint, signal?: AbortSignal): Promise<Hex | undefined> {
  const asked = publicClient.request<{ Method: 'debug_getRawHeader'; Parameters: [Hex]; ReturnType: Hex }>({
    method: 'debug_getRawHeader',
    params: [numberToHex(block)],
  })
  return abortable(asked, signal).catch(() => undefined)
}
