import { parseEventLogs } from 'viem'
import type { Address, Hash, Hex } from '../../../protocol/types.ts'
import { inferenceChannelsAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'
import { approve } from '../approve.ts'

interface OnChannels extends WriteOptions {
  channels: Address
}

/**
 * Opens a prepaid channel from the sender to a server.
 *
 * @param parameters.signer whose vouchers count
 * @param parameters.amount token wei
 */
export async function openChannel(
  sender: TransactionSender,
  {
    channels,
    token,
    server,
    signer,
    amount,
    signal,
  }: OnChannels & {
    token: Address
    server: Address
    signer: Address
    amount: bigint
  },
): Promise<TransactionResult & { channel: Hash }> {
  await approve(sender, { token, spender: channels, amount, signal })
  const args = [server, signer, amount] as const
  const doing = `open a channel to ${server}`
  const result = await sender.write({ doing, to: channels, abi: inferenceChannelsAbi, functionName: 'open', args, signal })
  const [opened] = parseEventLogs({ abi: inferenceChannelsAbi, eventName: 'Opened', logs: [...result.logs] })
  return { ...result, channel: opened!.args.channel }
}

/** The server settles a channel by its newest voucher. Errors: TRANSACTION_REVERTED with `NotServer`, `WrongState` or `WrongSignature`, and those of every write. */
export async function closeChannel(
  sender: TransactionSender,
  { channels, channel, total, signature, signal }: OnChannels & { channel: Hash; total: bigint; signature: Hex },
): Promise<TransactionResult> {
  const args = [channel, total, signature] as const
  return sender.write({ doing: 'close a channel', to: channels, abi: inferenceChannelsAbi, functionName: 'close', args, signal })
}

/** The payer begins to close a channel alone; `finishChannel` ends it after the window. Errors: TRANSACTION_REVERTED with `NotPayer` or `WrongState`, and those of every write. */
export async function requestChannelClose(
  sender: TransactionSender,
  { channels, channel, signal }: OnChannels & { channel: Hash },
): Promise<TransactionResult> {
  const doing = 'begin to close a channel'
  return sender.write({ doing, to: channels, abi: inferenceChannelsAbi, functionName: 'requestClose', args: [channel], signal })
}

/** Shows a newer voucher of a closing channel, for its server. Errors: TRANSACTION_REVERTED with `NotMore`, `WrongState` or `WrongSignature`, and those of every write. */
export async function raiseVoucher(
  sender: TransactionSender,
  { channels, channel, total, signature, signal }: OnChannels & { channel: Hash; total: bigint; signature: Hex },
): Promise<TransactionResult> {
  const args = [channel, total, signature] as const
  return sender.write({ doing: 'show a voucher', to: channels, abi: inferenceChannelsAbi, functionName: 'raise', args, signal })
}

/** Ends a closing channel after its window. Errors: TRANSACTION_REVERTED with `TooEarly` or `WrongState`, and those of every write. */
export async function finishChannel(
  sender: TransactionSender,
  { channels, channel, signal }: OnChannels & { channel: Hash },
): Promise<TransactionResult> {
  const doing = 'finish a channel'
  return sender.write({ doing, to: channels, abi: inferenceChannelsAbi, functionName: 'finish', args: [channel], signal })
}
