import type { Address, CourtTarget } from '../../protocol/index.ts'
import { courtRequestId } from '../../protocol/index.ts'
import { dataCourtAbi } from '../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export type AnswerFunction = 'answerStakes' | 'answerNode' | 'answerLeaf' | 'answerRows' | 'answerChunk' | 'answerSums'

export interface AnswerRequestParameters extends WriteOptions {
  court: Address
  /** As the builders of src/judge/answers make it; its first argument is the target. */
  answer: { functionName: AnswerFunction; args: readonly unknown[] }
}

/**
 * Answers a request; the court owes the bond to the sender. A wrong answer is refused before it is sent.
 *
 * Errors: TRANSACTION_REVERTED with `NotOpen` (already answered), `TooLate`, `ClaimGone` or the fault of the answer,
 * and those of every write.
 *
 * @example
 * const answer = buildAnswer(parts, target, evidenceOf)
 * if (answer) await answerRequest(sender, { court, answer })
 */
export function answerRequest(sender: TransactionSender, parameters: AnswerRequestParameters): Promise<TransactionResult> {
  const { court, answer, signal } = parameters
  const target = answer.args[0] as CourtTarget
  return sender.write({
    key: `answer:${courtRequestId(target)}`,
    doing: `answer a request about round ${target.round}`,
    to: court,
    abi: dataCourtAbi,
    functionName: answer.functionName,
    args: answer.args as never,
    signal,
  })
}
