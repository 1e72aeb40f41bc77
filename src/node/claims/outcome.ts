import { isQuorateError, QuorateError } from '../../core/index.ts'
import { codedError } from '../../storage/index.ts'

/**
 * What came of asking for evidence, or of replaying a claim over it. There is no fourth outcome: trouble of this node is thrown.
 *
 *     have      the value, checked
 *     missing   nobody serves it, in whatever form that shows; the court can demand it from the operator
 *     false     what the claim commits to cannot be true
 */
export type Outcome<T> =
  | { kind: 'have'; value: T }
  /** The error is EVIDENCE_MISSING; its cause is what was thrown. */
  | { kind: 'missing'; error: QuorateError }
  | { kind: 'false'; error: FalseEvidence }

/** Trouble of this node: its chain access or its disk. Only `own` makes it, so nothing that a peer says looks like it. */
export class OwnTrouble extends QuorateError {
  override readonly name = 'OwnTrouble'

  constructor(cause: unknown) {
    const coded = codedError(cause)
    super(coded.code, coded.message, { details: coded.details, cause })
  }
}

/** Bytes that a claim commits to, or the claim itself, cannot be true. Only this node's own checks make it. */
export class FalseEvidence extends QuorateError {
  override readonly name = 'FalseEvidence'

  constructor(message: string, options: { details?: Record<string, unknown>; cause?: unknown } = {}) {
    super('CLAIM_MISMATCH', message, options)
  }
}

/**
 * A call of one of the node's own ports: chain or disk. What the call throws is the node's own trouble.
 *
 * @param isOwn which errors are meant, for a port whose work also depends on the evidence; default all
 */
export async function own<T>(work: () => Promise<T>, isOwn: (error: unknown) => boolean = () => true): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof OwnTrouble || !isOwn(error) ? error : new OwnTrouble(error)
  }
}

/** Whether the disk failed under a computation of this node, which reads its own files. */
export function isDisk(error: unknown): boolean {
  return isQuorateError(error) && (error.code === 'JOURNAL_CORRUPT' || error.code.startsWith('STORAGE_'))
}

/**
 * The one place where a failure is judged. It asks whose signal aborted and which port threw, and never for a code: codes also come from
 * peers, and an operator chooses how its evidence fails.
 *
 * @param signal the node's own: aborted, it means that the node stops
 * @throws what `work` threw, if it is the node's own: its stop, or `OwnTrouble`
 */
export async function outcomeOf<T>(work: () => Promise<T>, signal: AbortSignal): Promise<Outcome<T>> {
  try {
    return { kind: 'have', value: await work() }
  } catch (error) {
    if (signal.aborted) throw new QuorateError('CANCELLED', 'the node stops', { cause: error })
    if (error instanceof OwnTrouble) throw error
    if (error instanceof FalseEvidence) return { kind: 'false', error }
    const cause = isQuorateError(error) ? error : new QuorateError('INTERNAL', String(error), { cause: error })
    const message = `the evidence cannot be had: ${cause.message}`
    return {
      kind: 'missing',
      error: new QuorateError('EVIDENCE_MISSING', message, { details: { form: cause.code }, cause: error }),
    }
  }
}

/** The value, or undefined. */
export function valueOf<T>(outcome: Outcome<T>): T | undefined {
  return outcome.kind === 'have' ? outcome.value : undefined
}
