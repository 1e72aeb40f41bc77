import type { ErrorEntry } from './error-entry.ts'
import { JOIN_ERRORS } from './join.ts'

/** Errors of stake and of the accounts behind it. */
export const STAKE_ERRORS = {
  KEY_NOT_BONDED: {
    exit: 4,
    grpc: 'PERMISSION_DENIED',
    advice: 'Register this key and join the task with `quorate member join`.',
  },
  KEY_NOT_REGISTERED: {
    exit: 4,
    grpc: 'PERMISSION_DENIED',
    advice: 'Register the operator key and the peer key on chain with `quorate member join`.',
  },
  STAKE_TOO_LOW: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Join with at least the minimum above: `quorate member join --amount`.',
  },
  GRANT_MISSING: {
    exit: 4,
    grpc: 'PERMISSION_DENIED',
    advice:
      'Ask an owner of data that the task names for a grant, and fund it if it has a price: `quorate data grants` lists what there is (docs/grants.md).',
  },
  TASK_FULL: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Every seat of this task is taken, or every slot was given: join when a member has left, or join another task.',
  },
  TASK_ENDED: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'The task was stopped, or its judge was retired: no round opens any more. Claim your rewards and leave, or go on with `quorate task succeed`.',
  },
  TASK_NOT_ENDED: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Stop the task with `quorate task stop`, and wait until no round is open and its last claim is final.',
  },
  NOT_ENOUGH_MEMBERS: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Wait until more members have joined: the error names how many there are and how many the task waits for.',
  },
  NOT_ENOUGH_STAKE: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Wait until members have put in more: the error names their stake and how much the task waits for.',
  },
  VOTES_TOO_LOW: {
    exit: 4,
    grpc: 'PERMISSION_DENIED',
    advice:
      'Use the owner key, or the key of its delegate. Only stake that was in a task before the snapshot votes; `quorate gov params` shows the threshold for proposals.',
  },
  NOT_ADMITTED: {
    exit: 4,
    grpc: 'PERMISSION_DENIED',
    advice: 'This consortium admits only accounts of registered entities: ask governance to register this account (setEntityOf).',
  },
  PROPOSAL_NOT_FOUND: { exit: 4, grpc: 'NOT_FOUND', advice: 'List the proposals with `quorate gov status`.' },
  PROPOSAL_STATE: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'The proposal cannot take this step in its state: `quorate gov status` shows its next step and the time.',
  },
  TOKEN_BALANCE_TOO_LOW: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Obtain staking tokens for the owner address, or bond less.',
  },
  TOKEN_UNSUPPORTED: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Deploy with a token of at most 24 decimals; most tokens have 18 or 6.',
  },
  NOTHING_TO_CLAIM: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Retry after the next final round that accepted an update of this member; `quorate status` shows the rounds.',
  },
  ROUND_UNCERTIFIED: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Too few members committed or attested, so every claim of the round would be false. Nothing is posted and the round lapses; see that the members are online.',
  },
  ROUND_NOT_FINAL: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Retry when the challenge window is over, or when the quorum of the task has agreed.',
  },
  ...JOIN_ERRORS,
} as const satisfies Record<string, ErrorEntry>
