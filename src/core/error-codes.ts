/**
 * The catalogue of errors: every failure a user or a peer can meet has a code here, with the exit code of the CLI, the gRPC
 * status it travels as, and what to do. Codes are stable; `docs/errors.md` is checked against this table.
 *
 * Exit codes: 1 unexpected, 2 usage or configuration, 3 chain, 4 stake or keys, 5 data or model, 6 network, 7 storage,
 * 8 verification failed, 130 cancelled.
 */
export interface ErrorEntry {
  exit: number
  grpc:
    | 'INVALID_ARGUMENT'
    | 'FAILED_PRECONDITION'
    | 'UNAUTHENTICATED'
    | 'PERMISSION_DENIED'
    | 'NOT_FOUND'
    | 'UNAVAILABLE'
    | 'RESOURCE_EXHAUSTED'
    | 'INTERNAL'
    | 'CANCELLED'
    | 'ALREADY_EXISTS'
    | 'DEADLINE_EXCEEDED'
  advice: string
}

export const ERRORS = {
  // usage and configuration
  CONFIG_INVALID: {
    exit: 2,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Correct the named field in the configuration file and start again.',
  },
  CONFIG_NOT_FOUND: { exit: 2, grpc: 'NOT_FOUND', advice: 'Pass `--config` with the path of an existing configuration file.' },
  USAGE: { exit: 2, grpc: 'INVALID_ARGUMENT', advice: 'Run the command with `--help` to see its options.' },
  FLAG_INVALID: {
    exit: 2,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Correct the option named above; the command with `--help` lists what each option takes.',
  },
  KEY_INVALID: {
    exit: 2,
    grpc: 'INVALID_ARGUMENT',
    advice:
      'The key file must hold one 0x-prefixed 32-byte private key that nobody but this process may read (docs/operations.md, Key files).',
  },
  TLS_INVALID: {
    exit: 2,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Use a PEM certificate with its own key; a coordinator without both files makes new ones, and its members then need the new certificate.',
  },
  PARAMETER_OUT_OF_BOUNDS: {
    exit: 2,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Propose a value within the bounds that `quorate gov params` lists; they are fixed in the contracts.',
  },
  // chain
  RPC_UNREACHABLE: {
    exit: 3,
    grpc: 'UNAVAILABLE',
    advice:
      'Check the RPC URL and that the node is running; if it limits requests, use another provider. Nothing was lost: start again when it answers.',
  },
  CHAIN_ID_MISMATCH: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Make `rpcUrl` and `chainId` under `[chain]` name the same chain; on the command line they are `--rpc` and `--chain-id`.',
  },
  CONTRACT_NOT_FOUND: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Check the ledger address and the chain; `quorate deploy` prints the right one.',
  },
  GOVERNANCE_NOT_FOUND: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'This deployment is not governed by votes: ask the owner of its contracts, or deploy with `quorate deploy --governance`.',
  },
  INSUFFICIENT_FUNDS: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Send native currency for gas to the named address and retry.',
  },
  TRANSACTION_REVERTED: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice: 'The contract refused; the reason is named above. Nothing was changed.',
  },
  PAUSED: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice: 'The guardian paused the contracts; try again at the second named above. No deadline runs meanwhile.',
  },
  TRANSACTION_TIMEOUT: {
    exit: 3,
    grpc: 'DEADLINE_EXCEEDED',
    advice: 'The transaction is journalled and will be looked for on restart; check the fee and the node.',
  },
  TASK_NOT_STARTED: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice: 'No round is open yet: `quorate status` says which members and how much stake the task waits for.',
  },
  // stake and keys
  KEY_NOT_BONDED: {
    exit: 4,
    grpc: 'PERMISSION_DENIED',
    advice: 'Bond stake and register this key first: `quorate member bond`.',
  },
  KEY_NOT_REGISTERED: {
    exit: 4,
    grpc: 'PERMISSION_DENIED',
    advice: 'Register the operator key and peer key on chain: `quorate member bond`.',
  },
  STAKE_TOO_LOW: { exit: 4, grpc: 'FAILED_PRECONDITION', advice: 'Bond at least the minimum named above.' },
  NOT_ENOUGH_MEMBERS: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Wait until more members have bonded: the error names how many there are and how many the task waits for.',
  },
  NOT_ENOUGH_STAKE: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Wait until members have bonded more: the error names their stake and how much the task waits for.',
  },
  VOTES_TOO_LOW: {
    exit: 4,
    grpc: 'PERMISSION_DENIED',
    advice:
      'Only stake bonded before the snapshot votes, with its own owner key or the delegate it named: `quorate gov params` shows the threshold.',
  },
  NOT_ADMITTED: {
    exit: 4,
    grpc: 'PERMISSION_DENIED',
    advice: 'This consortium admits accounts of registered entities only: have governance assign yours (setEntityOf).',
  },
  PROPOSAL_NOT_FOUND: { exit: 4, grpc: 'NOT_FOUND', advice: 'List the proposals with `quorate gov status`.' },
  PROPOSAL_STATE: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'The proposal does not take this step now: `quorate gov status` tells what comes next and when.',
  },
  TOKEN_BALANCE_TOO_LOW: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Obtain staking tokens for the owner address, or bond less.',
  },
  NOTHING_TO_CLAIM: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Rewards appear once a round that accepted your update is final.',
  },
  ROUND_NOT_FINAL: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Wait until the challenge window is over or the quorum of the task has agreed, then retry.',
  },
  // data, model, training
  DATASET_NOT_FOUND: {
    exit: 5,
    grpc: 'NOT_FOUND',
    advice:
      'Install the data set that the message names, or name its folder: `datasetDir` under `[training]` of a member, `--dataset-dir` of `quorate lab`.',
  },
  DATASET_CORRUPT: { exit: 5, grpc: 'INTERNAL', advice: 'Reinstall the data set; its bytes do not match their header.' },
  BACKEND_UNAVAILABLE: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Install what the message names, or choose another back end (auto, webgpu, wasm, cpu): `backend` under `[training]` of a member, `--backend` of `quorate demo` and `quorate lab`.',
  },
  MODEL_MISMATCH: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Use the model the task document names; its tensors must match the task specification.',
  },
  MODEL_NOT_FOUND: {
    exit: 5,
    grpc: 'NOT_FOUND',
    advice: 'Name a round that has a claim, or the root of its model; `quorate status` shows the newest.',
  },
  TRAINING_DIVERGED: { exit: 5, grpc: 'INTERNAL', advice: 'Lower the learning rate or check the data; the update was not sent.' },
  UPDATE_LENGTH: {
    exit: 5,
    grpc: 'INVALID_ARGUMENT',
    advice: 'An update has exactly the padded length of the task specification.',
  },
  UPDATE_VALUE: {
    exit: 5,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Update values are int8 in -127…127; -128 is not allowed and padding is zero.',
  },
  UPDATE_NORM: {
    exit: 5,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Keep the squared norm of the update within the bounds of the task specification.',
  },
  RULE_UNSAFE: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Admit more members, lower the tolerated Byzantine share, or choose another rule.',
  },
  RULE_NOT_PROVABLE: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Use a rule that the message lists, such as nnmGm (robust) or mean (no filter); `quorate lab` runs every other rule.',
  },
  SPEC_INVALID: { exit: 5, grpc: 'INVALID_ARGUMENT', advice: 'Correct the named field of the task specification.' },
  TASK_MISMATCH: {
    exit: 2,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Set `[task] id` to the task that you want to join, or `[coordinator] address` to a coordinator of that task.',
  },
  SPEC_MISMATCH: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'The coordinator served a specification that the chain does not name; do not join it.',
  },
  // wire
  MESSAGE_MALFORMED: { exit: 6, grpc: 'INVALID_ARGUMENT', advice: 'Send a well-formed protocol message (docs/protocol.md).' },
  MESSAGE_TOO_LARGE: { exit: 6, grpc: 'RESOURCE_EXHAUSTED', advice: 'Keep messages within the published limits.' },
  MESSAGE_WRONG_TASK: { exit: 6, grpc: 'FAILED_PRECONDITION', advice: 'The message belongs to another task or chain.' },
  MESSAGE_WRONG_ROUND: {
    exit: 6,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Only the open round takes messages; watch the round and try the next one.',
  },
  MESSAGE_LATE: { exit: 6, grpc: 'FAILED_PRECONDITION', advice: 'The phase is over; take part in the next round.' },
  MESSAGE_EARLY: { exit: 6, grpc: 'FAILED_PRECONDITION', advice: 'The phase has not begun; wait for it.' },
  MESSAGE_REPLAYED: { exit: 6, grpc: 'ALREADY_EXISTS', advice: 'This statement was already made; nothing to do.' },
  MESSAGE_CONFLICT: {
    exit: 6,
    grpc: 'ALREADY_EXISTS',
    advice: 'A different statement was already signed for this round; signing two is an objective fault.',
  },
  ORIGIN_MISMATCH: {
    exit: 6,
    grpc: 'PERMISSION_DENIED',
    advice: 'Publish your own statements only: the member named must own the peer key that published.',
  },
  SIGNATURE_INVALID: {
    exit: 6,
    grpc: 'UNAUTHENTICATED',
    advice: 'Sign with the operator key registered on chain for this member.',
  },
  MEMBER_UNKNOWN: {
    exit: 6,
    grpc: 'PERMISSION_DENIED',
    advice: 'Bond stake before the round opens; only bonded members take part.',
  },
  COMMITMENT_MISMATCH: { exit: 6, grpc: 'INVALID_ARGUMENT', advice: 'Reveal the update root and salt that were committed.' },
  SESSION_EXPIRED: { exit: 6, grpc: 'UNAUTHENTICATED', advice: 'Join again to obtain a new session.' },
  SESSION_MISDIRECTED: {
    exit: 6,
    grpc: 'PERMISSION_DENIED',
    advice:
      'The session was signed for another operator or certificate. The node signs again; if it happens every time, compare the coordinator certificate with the one that the operator hands out.',
  },
  CLOCK_SKEWED: {
    exit: 6,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Compare the two times above and set the wrong clock: `timedatectl set-ntp true` on Linux, on the host for a container. If both clocks are right, the operator needs a new certificate.',
  },
  PEER_UNREACHABLE: {
    exit: 6,
    grpc: 'UNAVAILABLE',
    advice: 'Check the address and firewall of the peer; the node keeps trying others.',
  },
  SEAT_NOT_HELD: {
    exit: 6,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Another operator drives this round: `quorate status` names it; add its `address` and `ca` under `[[coordinator]]` of the member.',
  },
  COORDINATOR_UNREACHABLE: {
    exit: 6,
    grpc: 'UNAVAILABLE',
    advice: 'Check `address` and `ca` under `[coordinator]`; the node keeps trying.',
  },
  BLOB_NOT_FOUND: { exit: 6, grpc: 'NOT_FOUND', advice: 'No peer holds these bytes; the round goes on without them.' },
  BLOB_MISMATCH: {
    exit: 6,
    grpc: 'INVALID_ARGUMENT',
    advice: 'The bytes do not match their root; fetch them from another peer.',
  },
  RATE_LIMITED: { exit: 6, grpc: 'RESOURCE_EXHAUSTED', advice: 'Slow down and retry.' },
  // storage
  STORAGE_FULL: { exit: 7, grpc: 'RESOURCE_EXHAUSTED', advice: 'Free disk space and start again; what was journalled is kept.' },
  STORAGE_FAILED: {
    exit: 7,
    grpc: 'INTERNAL',
    advice: 'Check the data folder: it must exist, be writable and used by one process only.',
  },
  STORAGE_LOCKED: {
    exit: 7,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Another process uses this data folder; stop it or choose another folder.',
  },
  JOURNAL_CORRUPT: {
    exit: 7,
    grpc: 'INTERNAL',
    advice: 'Restore the journal from a backup; keys and stake are on chain and safe.',
  },
  // verification
  AUDIT_MISMATCH: {
    exit: 8,
    grpc: 'INTERNAL',
    advice: 'The evidence does not replay to what the chain holds: keep it and contact the other members.',
  },
  EVIDENCE_MISSING: { exit: 8, grpc: 'NOT_FOUND', advice: 'Fetch the evidence of the named round from another member.' },
  CLAIM_MISMATCH: { exit: 8, grpc: 'INTERNAL', advice: 'The posted claim differs from the replay: do not agree to it.' },
  OPENING_MALFORMED: {
    exit: 8,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Take the opening of the claim from another peer, or have the operator open the claim on chain.',
  },
  OPENING_MISMATCH: {
    exit: 8,
    grpc: 'INVALID_ARGUMENT',
    advice: 'The bytes open another claim: take the opening from another peer, or have the operator open the claim on chain.',
  },
  // life
  CANCELLED: { exit: 130, grpc: 'CANCELLED', advice: 'Start again when ready; nothing was lost.' },
  THREAD_LOST: {
    exit: 1,
    grpc: 'INTERNAL',
    advice: 'Nothing was decided; a node tries again by itself. If it happens again, give the process more memory.',
  },
  GPU_UNUSABLE: {
    exit: 1,
    grpc: 'INTERNAL',
    advice:
      'Nothing is lost: the processor computes the same numbers. Update the driver. To stop trying, set `gram` under `[engine]` to wasm; for `quorate audit` leave out `--gram`.',
  },
  PROCESS_FAILED: { exit: 1, grpc: 'INTERNAL', advice: 'Read the log file named above.' },
  INTERNAL: { exit: 1, grpc: 'INTERNAL', advice: 'This is a defect: please report it with the log.' },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS
