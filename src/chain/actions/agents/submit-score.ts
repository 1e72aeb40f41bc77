import { parseEventLogs } from 'viem'
import type { SignedAttestation } from '../../../protocol/agents/index.ts'
import type { Address } from '../../../protocol/types.ts'
import { scoreOracleAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'

export interface SubmitScoreParameters extends WriteOptions {
  oracle: Address
  /** Of one feed, subject and nonce, in any order; at least one. */
  attestations: readonly [SignedAttestation, ...SignedAttestation[]]
}

/**
 * Brings the next score of a subject: the median of the attestations. Any account may send it.
 *
 * Errors: TRANSACTION_REVERTED with `TooFew`, `WrongNonce`, `NotSigner`, `NotAscending` (a signer twice), `OutOfBounds`, `TooSpread`,
 * `WrongTime` or `UnknownFeed`, and those of every write.
 *
 * @example const { median } = await submitScore(sender, { oracle, attestations })
 */
export async function submitScore(
  sender: TransactionSender,
  { oracle, attestations, signal }: SubmitScoreParameters,
): Promise<TransactionResult & { median: bigint }> {
  const { feed, subject, nonce } = attestations[0].attestation
  const sorted = attestations
    .toSorted((a, b) => (BigInt(a.signer) < BigInt(b.signer) ? -1 : 1))
    .map(({ attestation: { score, time }, signature }) => ({ score, time, signature }))
  const result = await sender.write({
    doing: `submit score ${nonce} of ${subject}`,
    to: oracle,
    abi: scoreOracleAbi,
    functionName: 'submit',
    args: [feed, subject, nonce, sorted],
    signal,
  })
  const [scored] = parseEventLogs({ abi: scoreOracleAbi, eventName: 'Scored', logs: [...result.logs] })
  return { ...result, median: scored!.args.value }
}
