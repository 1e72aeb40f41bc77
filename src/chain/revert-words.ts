import { REASON_WORDS } from './actions/agents/reasons.ts'
import { PROPOSAL_STATES } from './actions/proposal-states.ts'

type Arguments = readonly unknown[]

const wei = (amount: unknown): string => `${String(amount)} token wei`
const time = (seconds: unknown): string => {
  const date = new Date(Number(seconds) * 1000)
  return Number.isNaN(+date) ? `second ${String(seconds)}` : date.toISOString().replace('.000Z', 'Z')
}
const text = String
/** The names at the set bits of a bitmap (OpenZeppelin's `_encodeStateBitmap`). */
const namesOf = (bitmap: unknown, names: readonly string[]): string =>
  names.filter((_, bit) => (BigInt(text(bitmap)) >> BigInt(bit)) & 1n).join(' or ') || 'in another state'
const OPERATION_STATES = ['not queued', 'waiting for its delay', 'ready', 'done'] as const
const proposalState = (state: unknown): string => PROPOSAL_STATES[Number(state)] ?? 'in another state'

/** What errors of the contracts say to people, by name. The others are shown as they are, with their arguments. */
const WORDS: Record<string, (args: Arguments) => string> = {
  // governor and timelock
  GovernorInsufficientProposerVotes: ([who, votes, threshold]) =>
    `${text(who)} has ${wei(votes)} of votes, and a proposal needs ${wei(threshold)}`,
  GovernorNonexistentProposal: () => 'there is no such proposal',
  GovernorUnexpectedProposalState: ([, current, expected]) =>
    `the proposal is ${proposalState(current)}, and this step needs one that is ${namesOf(expected, PROPOSAL_STATES)}`,
  GovernorAlreadyCastVote: ([voter]) => `${text(voter)} has voted on this proposal already`,
  GovernorAlreadyQueuedProposal: () => 'the proposal is queued already',
  GovernorUnableToCancel: ([, account]) =>
    `${text(account)} may not cancel this proposal: its proposer may before voting begins, and the guardian while it is queued`,
  TimelockUnexpectedOperationState: ([, expected]) =>
    `the timelock does not hold the proposal as ${namesOf(expected, OPERATION_STATES)}`,
  TimelockInsufficientDelay: ([delay, least]) =>
    `the delay of ${text(delay)} s is shorter than the ${text(least)} s of the timelock`,
  TimelockUnauthorizedCaller: ([caller]) => `${text(caller)} is not the timelock: only a proposal that passed may do this`,
  OwnableUnauthorizedAccount: ([account]) =>
    `${text(account)} does not own the contract: only a proposal that passed may do this`,
  // buckets
  NoBuckets: ([task]) => `the members of task ${text(task)} share no buckets`,
  EpochKnown: ([task, epoch]) => `epoch ${text(epoch)} of task ${text(task)} is open or drawn already`,
  EpochUnknown: ([task, epoch]) => `nobody opened epoch ${text(epoch)} of task ${text(task)}`,
  // stake
  InsufficientBond: ([free, asked]) => `the free bond is ${wei(free)}, and ${wei(asked)} are asked for`,
  BelowMinimum: ([amount, least]) => `the stake would be ${wei(amount)}, and the minimum is ${wei(least)}`,
  TooMuchStake: ([allocated, most]) => `the stake would be ${wei(allocated)}, and the most is ${wei(most)}`,
  EntityCapExceeded: ([, bonded, cap]) => `the entity would have ${wei(bonded)} bonded, and may have ${wei(cap)}`,
  NothingAllocated: ([task, owner]) => `${text(owner)} has no stake in task ${text(task)}`,
  StillLeaving: ([task, freeAt]) => `the stake leaves task ${text(task)}, and is free from ${time(freeAt)} on`,
  ZeroAmount: () => 'the amount is zero',
  KeyTaken: ([key, owner]) => `the operator key ${text(key)} belongs to ${text(owner)} for ever: make a new one`,
  PeerTaken: ([, owner]) => `the peer key belongs to ${text(owner)} for ever: make a new one`,
  KeysMissing: ([owner]) => `${text(owner)} has registered no keys`,
  NotAdmitted: ([owner]) => `${text(owner)} is not registered with an entity`,
  SeatsFull: ([task, seats]) => `all ${text(seats)} places of task ${text(task)} are taken`,
  ERC20InsufficientBalance: ([who, balance, needed]) => `${text(who)} has ${wei(balance)}, and ${wei(needed)} are needed`,
  ERC20InsufficientAllowance: ([who, allowance, needed]) =>
    `${text(who)} may take ${wei(allowance)} from the account, and needs ${wei(needed)}`,
  // rounds
  TooFewMembers: ([members, least]) => `${text(members)} of ${text(least)} members have joined`,
  TooLittleStake: ([stake, least]) => `members have put in ${wei(stake)} of ${wei(least)}`,
  Underfunded: ([needed, funded]) => `the rewards of a round are ${wei(needed)}, and ${wei(funded)} are paid in`,
  SeatTaken: ([operator]) => `the operator ${text(operator)} has the seat`,
  TooEarly: ([, from]) => `it is too early: this is possible from ${time(from)} on`,
  TooLate: ([, end]) => `it is too late: this was possible until ${time(end)}`,
  CoolingDown: ([, from]) => `the last pause is too recent: the next one may begin at ${time(from)}`,
  RingFull: ([, finalAt]) => `the ledger has no room for another claim before its oldest one is final (${time(finalAt)})`,
  QuorumMissed: ([stake, needed]) => `those who agree have ${wei(stake)}, and ${wei(needed)} are needed`,
  StillOpen: ([round]) => `round ${text(round)} is open`,
  NotFinalYet: ([round, finalAt]) => `the claim of round ${text(round)} is final at ${time(finalAt)}`,
  NotStopped: ([task]) => `task ${text(task)} is not stopped`,
  TaskStopped: ([task]) => `task ${text(task)} is stopped`,
  NotFounder: ([caller, founder]) => `${text(caller)} did not found the task: ${text(founder)} did`,
  NotGuardian: ([caller, guardian]) => `${text(caller)} is not the guardian: ${text(guardian)} is`,
  NotHolder: ([caller, holder]) => `${text(caller)} does not hold the guardian: ${text(holder)} does`,
  JudgeRetired: ([judge]) => `the judge ${text(judge)} is retired`,
  JudgeUnknown: ([judge]) => `governance has not added the judge ${text(judge)}`,
  JudgeKnown: ([judge]) => `governance has added the judge ${text(judge)} already`,
  UnknownTask: ([task]) => `there is no task ${text(task)}`,
  NothingToClaim: ([reward, claimed]) => `the account has earned ${wei(reward)}, and ${wei(claimed)} are paid out`,
  Refused: ([reason]) => `the executor refuses: ${REASON_WORDS[Number(reason)] ?? 'for another reason'}`,
  // grants of data
  GrantOver: ([until]) => `the grant is over since ${time(until)}`,
  GrantIsFree: () => 'the grant is free: it takes no payment, and no round is charged to it',
  StillGranted: ([, until]) => `the member has a grant of this data set until ${time(until)}: revoke it first`,
  NotParty: ([caller]) => `${text(caller)} is neither the owner of the data set nor the grantee`,
  NotUnderGrant: ([opened, from, until]) =>
    `the round opened after ${time(opened)}, and the grant ran from ${time(from)} to ${time(until)}`,
  NotUsed: ([round]) => `the update of the grantee did not count in round ${text(round)}`,
  AlreadyCharged: ([, round]) => `round ${text(round)} is charged to the grant already`,
  TooLittle: ([amount, price]) => `there are ${wei(amount)}, and a round costs ${wei(price)}`,
  PausedUntil: ([until]) => `the contracts are paused until ${time(until)}`,
  PenaltyTooLow: ([penalty, least]) => `the penalty is ${wei(penalty)}, and the least is ${wei(least)}`,
}

/** The names of the errors that have words of their own. */
export const WORDED_ERRORS: readonly string[] = Object.keys(WORDS)

/**
 * What a contract's error says, with its name for the documentation. Amounts are in token wei; `inTokens` writes them in tokens where
 * the token is known.
 *
 * @example revertWords('StillOpen', [7n]) // 'round 7 is open (StillOpen)'
 */
export function revertWords(name: string, args: readonly unknown[]): string {
  const words = WORDS[name]
  return words ? `${words(args)} (${name})` : `${name}(${args.map(String).join(', ')})`
}
