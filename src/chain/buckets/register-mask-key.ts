import { toHex } from '../../protocol/bytes.ts'
import type { Address } from '../../protocol/types.ts'
import { maskBucketsAbi } from '../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface RegisterMaskKeyParameters extends WriteOptions {
  maskBuckets: Address
  /** X25519, 32 bytes: `MaskKey.publicKey`. */
  publicKey: Uint8Array
}

/**
 * Registers the sender's key for masks. It counts in epochs that are opened later.
 *
 * Errors: TRANSACTION_REVERTED with `ZeroMaskKey`, and those of every write.
 *
 * @example await registerMaskKey(sender, { maskBuckets, publicKey: key.publicKey })
 */
export async function registerMaskKey(
  sender: TransactionSender,
  { maskBuckets, publicKey, signal }: RegisterMaskKeyParameters,
): Promise<TransactionResult> {
  const write = { to: maskBuckets, abi: maskBucketsAbi, functionName: 'registerMaskKey', signal } as const
  return sender.write({ ...write, args: [toHex(publicKey)], doing: 'register the key for masks' })
}
