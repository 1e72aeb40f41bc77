import type { Dispute, Finding } from './dispute.ts'

/** Disputes about what is withheld: makes the operator open it on chain, or lose the claim. */
export interface CourtCase {
  /** Does what is due now: asks, reads answers, lets what was not answered expire. Safe to repeat. */
  step(dispute: Dispute, finding: Extract<Finding, { kind: 'withheld' | 'unproved' }>, signal: AbortSignal): Promise<void>
}
