import { isQuorateError, QuorateError } from '../../core/errors.ts'
import type { ErrorCode } from '../../core/error-codes.ts'
import type { Hash } from '../../protocol/types.ts'
import type { PeerKey } from '../peer-key.ts'

export interface FetchFailure {
  peer: PeerKey
  code: ErrorCode
  /** The segment whose bytes were wrong. */
  segment?: number
}

/** Why each peer of one fetch fell out, and the error they add up to. */
export class FetchFailures {
  readonly #failures: FetchFailure[] = []

  add(peer: PeerKey, error: unknown): void {
    const code = isQuorateError(error) ? error.code : 'INTERNAL'
    const segment = isQuorateError(error) ? error.details.segment : undefined
    this.#failures.push({ peer, code, ...(typeof segment === 'number' && { segment }) })
  }

  /** BLOB_MISMATCH if any peer sent wrong bytes, naming it; else BLOB_NOT_FOUND. */
  toError(hash: Hash, missing: string): QuorateError {
    const liar = this.#failures.find((failure) => failure.code === 'BLOB_MISMATCH')
    const details = { hash, failures: this.#failures, ...(liar && { peer: liar.peer, segment: liar.segment }) }
    if (liar)
      return new QuorateError(
        'BLOB_MISMATCH',
        `${missing} of ${hash} missing: ${liar.peer} sent wrong bytes and no other peer has them`,
        { details },
      )
    return new QuorateError('BLOB_NOT_FOUND', `${missing} of ${hash} missing: none of ${this.#failures.length} peers has it`, {
      details,
    })
  }
}
