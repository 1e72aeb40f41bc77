import { BaseError, UserRejectedRequestError } from 'viem'
import { translateChainError } from '../../src/chain/translate-chain-error.ts'
import { formatTokens } from '../../src/core/amount.ts'
import type { TokenUnit } from '../../src/core/amount.ts'
import { dateTime } from '../parts/format.ts'

/** What went wrong, and what to do. */
export interface Failure {
  what: string
  advice: string
  /** Code of the catalogue (docs/errors.md). */
  code: string
}

type Say = (args: readonly unknown[], tokens: (amount: unknown) => string) => string

/** Refusals of the contracts that a wallet's owner meets, with amounts in tokens. The translator names all others by the contract's own name. */
const WORDS: Record<string, Say> = {
  InsufficientBond: ([free, asked], tokens) =>
    `the free part of your bond is ${tokens(free)}, and you asked for ${tokens(asked)}`,
  BelowMinimum: ([amount, minimum], tokens) =>
    `you would have ${tokens(amount)} in the task, and the minimum is ${tokens(minimum)}`,
  ERC20InsufficientBalance: ([, balance, needed], tokens) => `your account has ${tokens(balance)} and needs ${tokens(needed)}`,
  ERC20InsufficientAllowance: ([, allowance, needed], tokens) =>
    `the vault may take ${tokens(allowance)} and needs ${tokens(needed)}: allow it first`,
  StillLeaving: ([, freeAt]) => `your stake is leaving the task and is free from ${dateTime(Number(freeAt))} on`,
  NothingAllocated: () => 'you have no stake in the task that could leave it, or none that is leaving',
  KeysMissing: () => 'your account has no node keys yet: register them first',
  RoleFixed: () => 'you joined the task in the other role, which stays for its life',
  SeatsFull: ([, seats]) => `all ${String(seats)} seats of the task are taken`,
  SlotsFull: () => 'the task has given all its slots',
  NotAdmitted: () => 'your account belongs to no entity that the deployment admits',
  ZeroAmount: () => 'the amount is zero',
  NothingToClaim: ([reward, claimed], tokens) => `you earned ${tokens(reward)}, and ${tokens(claimed)} were paid out already`,
  NotFinal: () => 'the claim is not final yet',
  GovernorAlreadyCastVote: () => 'you voted on this proposal already',
  GovernorUnexpectedProposalState: () => 'the proposal takes no votes now',
  KeyTaken: () => 'the operator key belongs to another account for good: make a new one',
  PeerTaken: () => 'the peer key belongs to another account for good: make a new one',
  ConsentMismatch: () => 'the consent was not signed by this operator key for this account',
  PausedUntil: ([until]) => `the contracts are paused until ${dateTime(Number(until))}`,
}

/** Puts a failed simulation, a refused signature or a failed transaction into words. */
export function sayFailure(error: unknown, doing: string, unit: TokenUnit): Failure {
  if (error instanceof BaseError && error.walk((cause) => cause instanceof UserRejectedRequestError))
    return { what: 'you refused to sign; nothing was sent', advice: 'Review it again when you want to.', code: 'CANCELLED' }
  const { code, message, advice, details } = translateChainError(error, { doing })
  const say = WORDS[String(details['error'])]
  const tokens = (amount: unknown): string => formatTokens(BigInt(String(amount)), unit)
  const what = say ? `cannot ${doing}: ${say((details['args'] as unknown[] | undefined) ?? [], tokens)}` : message
  return { what, advice, code }
}
