/** Why an executor does not execute an action, in the order of the contract. */
export const REASONS = [
  'none',
  'unknown',
  'expired',
  'off',
  'tripped',
  'notAllowed',
  'tooEarly',
  'coolingDown',
  'tooMany',
  'overAction',
  'overWindow',
  'staleScore',
  'extreme',
  'risky',
] as const

export type Reason = (typeof REASONS)[number]

/** The same for people. */
export const REASON_WORDS: readonly string[] = [
  'nothing is in the way',
  'nobody proposed the action, or it has executed',
  'the action has expired',
  'the agent is off',
  'the breaker is tripped, and only the owner resets it',
  'the owner did not allow the agent this call',
  'the delay after the proposal is not over',
  'the cool-down after the last action is not over',
  'the window has no actions left',
  'the amount is above the cap of one action',
  'the amount is above what is left of the window',
  'the score of the subject is stale',
  'the score of the subject is extreme',
  'the score of the subject is at the threshold or above',
]
