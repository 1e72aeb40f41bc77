import { encodeProof, estimateProof, proveFraud, readReservation, reserveProof, toLedgerEvent } from '../../chain/index.ts'
import type { LedgerEvent, TransactionResult, TransactionSender } from '../../chain/index.ts'
import { withRecipient } from '../../judge/index.ts'
import type { JudgeProof } from '../../judge/index.ts'
import type { Address } from '../../protocol/index.ts'

export interface SendProofOptions {
  sender: TransactionSender
  ledger: Address
  judge: Address
  task: bigint
  /** Who gets the bounty. */
  recipient: Address
  round: bigint
  /** What is proved wrong: the claim, or an offence; unique in its round. */
  subject: string
  proof: JudgeProof
  signal: AbortSignal
}

/** A proof that the judge took, and what followed from it. Amounts in token wei. */
export interface SentProof {
  result: TransactionResult
  /** Gas that the simulation asked for. */
  estimated: bigint
  rejected: Extract<LedgerEvent, { type: 'rejected' }> | undefined
}

/**
 * Sends a proof: simulated first, so that one that would fail is never sent; then reserved, so that who copies it from the pool earns nothing; then simulated once
 * more, because somebody else may have been faster. Repeating it after a crash goes on where it stopped: the chain keeps the reservation, the journal the transaction.
 *
 * @throws QuorateError TRANSACTION_REVERTED with `NoFault`, or with `NotDisputable` or `WrongClaim` when the claim does not stand any more; INSUFFICIENT_FUNDS
 */
export async function sendProof(options: SendProofOptions): Promise<SentProof> {
  const { sender, ledger, judge, task, recipient, round, subject, proof, signal } = options
  const { chain, address: account } = sender
  const data = encodeProof(withRecipient(proof, recipient))
  let estimated = await estimateProof(chain, { judge, data, account, signal })
  if ((await readReservation(chain, { judge, data, signal })) === 0n) {
    // A transaction sent after the receipt is mined in a later block, as the judge wants it.
    await reserveProof(sender, { judge, data, signal })
    estimated = await estimateProof(chain, { judge, data, account, signal })
  }
  const result = await proveFraud(sender, { judge, data, task, round, subject, signal })
  return { result, estimated, rejected: rejectionIn(result, ledger) }
}

/** The rejection among the logs of a transaction. */
export function rejectionIn({ logs }: Pick<TransactionResult, 'logs'>, ledger: Address): SentProof['rejected'] {
  for (const log of logs) {
    const event = toLedgerEvent(log as never, { ledger })
    if (event?.type === 'rejected') return event
  }
  return undefined
}
