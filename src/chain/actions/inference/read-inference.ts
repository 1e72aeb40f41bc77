import type { SignedReceipt } from '../../../protocol/inference/index.ts'
import type { Address, Hash } from '../../../protocol/types.ts'
import { inferenceChannelsAbi, inferenceLogAbi } from '../../abi/index.ts'
import type { Chain } from '../../connect-chain.ts'
import { readContract } from '../read-contract.ts'
import type { ReadOptions } from '../read-contract.ts'

/** What stands for the receipts of a server. */
export interface Standing {
  /** Token wei that a proof takes. */
  deposit: bigint
  /** Nonce that the next batch begins with. */
  next: bigint
  questions: number
  /** Unix second from which the server may take the deposit away, 0 while it did not ask. */
  leavingAt: number
}

export const CHANNEL_STATES = ['none', 'open', 'closing', 'closed'] as const

/** A prepaid channel, amounts in token wei. */
export interface Channel {
  state: (typeof CHANNEL_STATES)[number]
  payer: Address
  signer: Address
  server: Address
  deposit: bigint
  total: bigint
  /** Unix second from which anyone may finish it, 0 while nobody closes it. */
  closesAt: number
}

/** Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readStanding(
  chain: Chain,
  { log, server, ...options }: ReadOptions & { log: Address; server: Address },
): Promise<Standing> {
  const doing = `read the deposit of ${server}`
  return readContract(chain, { ...options, doing, address: log, abi: inferenceLogAbi, functionName: 'standing', args: [server] })
}

/** The digest of a receipt as the contract computes it. Errors as `readStanding`. */
export async function readReceiptDigest(
  chain: Chain,
  { log, receipt, ...options }: ReadOptions & Pick<SignedReceipt, 'receipt'> & { log: Address },
): Promise<Hash> {
  const doing = 'compute the digest of a receipt'
  return readContract(chain, {
    ...options,
    doing,
    address: log,
    abi: inferenceLogAbi,
    functionName: 'receiptDigest',
    args: [receipt],
  })
}

/** A channel; state `none` for a number that no channel has. Errors as `readStanding`. */
export async function readChannel(
  chain: Chain,
  { channels, channel, ...options }: ReadOptions & { channels: Address; channel: Hash },
): Promise<Channel> {
  const { state, ...found } = await readContract(chain, {
    ...options,
    address: channels,
    abi: inferenceChannelsAbi,
    functionName: 'channelOf',
    args: [channel],
    doing: `read channel ${channel}`,
  })
  return { ...found, state: CHANNEL_STATES[state]! }
}

/** The digest of a voucher as the contract computes it. Errors as `readStanding`. */
export async function readVoucherDigest(
  chain: Chain,
  { channels, channel, total, ...options }: ReadOptions & { channels: Address; channel: Hash; total: bigint },
): Promise<Hash> {
  const at = { ...options, address: channels, abi: inferenceChannelsAbi, doing: 'compute the digest of a voucher' } as const
  return readContract(chain, { ...at, functionName: 'voucherDigest', args: [channel, total] })
}
