import { encodeFunctionData, keccak256, concat, parseEventLogs } from 'viem'
import type { Address, CourtTarget, Hash, Hex } from '../../protocol/index.ts'
import { courtRequestId, courtUnits } from '../../protocol/index.ts'
import { dataCourtAbi } from '../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'
import type { AnswerRequestParameters } from './answer-request.ts'

type Answer = AnswerRequestParameters['answer']

/** What one transaction answers: about a fifth of a block's gas, and less than the 128 KiB that nodes pass on. */
const MAX_BATCH_UNITS = 60
const MAX_BATCH_BYTES = 96 * 1024

/** An answer as a call of the court. */
export interface EncodedAnswer {
  target: CourtTarget
  data: Hex
}

/** The call behind an answer that the builders of src/judge/answers made. */
export function encodeAnswer({ functionName, args }: Answer): EncodedAnswer {
  return { target: args[0] as CourtTarget, data: encodeFunctionData({ abi: dataCourtAbi, functionName, args: args as never }) }
}

/** How many of these answers, from the first on, fit into one transaction; at least one. */
export function fitsInBatch(answers: readonly EncodedAnswer[]): number {
  let units = 0
  let bytes = 0
  for (const [i, { target, data }] of answers.entries()) {
    units += courtUnits(target.kind, target.tree)
    bytes += data.length / 2
    if (i > 0 && (units > MAX_BATCH_UNITS || bytes > MAX_BATCH_BYTES)) return i
  }
  return answers.length
}

export interface AnswerRequestsParameters extends WriteOptions {
  court: Address
  answers: readonly EncodedAnswer[]
}

/**
 * Answers several requests in one transaction; the court owes their bonds to the sender. An answer that the court does
 * not take (somebody was faster, or it is wrong) is skipped.
 *
 * Errors: TRANSACTION_REVERTED with `NothingDone` when none is taken, and those of every write.
 *
 * @returns which requests this transaction answered
 */
export async function answerRequests(
  sender: TransactionSender,
  { court, answers, signal }: AnswerRequestsParameters,
): Promise<TransactionResult & { answered: Set<Hash> }> {
  const result = await sender.write({
    key: `answers:${keccak256(concat(answers.map(({ target }) => courtRequestId(target))))}`,
    doing: `answer ${answers.length} requests to the court`,
    to: court,
    abi: dataCourtAbi,
    functionName: 'batch',
    args: [answers.map(({ data }) => data)],
    signal,
  })
  const logs = parseEventLogs({ abi: dataCourtAbi, eventName: 'Answered', logs: [...result.logs] })
  return { ...result, answered: new Set(logs.map(({ args }) => args.id)) }
}
