import { API_ERRORS } from './api-error-codes.ts'
import { JOIN_ERRORS } from './join-error-codes.ts'
import { KEY_ERRORS } from './key-error-codes.ts'
import { TRAINER_ERRORS } from './trainer-error-codes.ts'

/**
 * The catalogue of errors. Each error that a user or a peer can receive has a code, an exit code of the CLI, a gRPC status and
 * advice. Codes are stable. A test checks `docs/errors.md` against this table.
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
  CONFIG_NOT_FOUND: { exit: 2, grpc: 'NOT_FOUND', advice: 'Pass the path of an existing file; a node takes it with `--config`.' },
  USAGE: { exit: 2, grpc: 'INVALID_ARGUMENT', advice: 'Run the command with `--help` to see its options.' },
  FLAG_INVALID: {
    exit: 2,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Correct the option above; the command with `--help` lists what each option takes.',
  },
  ...KEY_ERRORS,
  TLS_INVALID: {
    exit: 2,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Use a PEM certificate and the key that belongs to it. A coordinator without both files makes new ones; give its members the new certificate.',
  },
  PARAMETER_OUT_OF_BOUNDS: {
    exit: 2,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Propose a value within the bounds that `quorate gov params` lists; the contracts fix these bounds.',
  },
  // chain
  RPC_UNREACHABLE: {
    exit: 3,
    grpc: 'UNAVAILABLE',
    advice:
      'Check the RPC URL and that the node runs. If the node limits requests, use another provider. Nothing is lost: a node goes on by itself; repeat a command when the node answers.',
  },
  API_UNREACHABLE: {
    exit: 3,
    grpc: 'UNAVAILABLE',
    advice: 'Check the URL of the API, that the node runs with `listen` under `[api]`, and the token if it asks for one.',
  },
  RPC_DISAGREEMENT: {
    exit: 3,
    grpc: 'UNAVAILABLE',
    advice:
      'One of the named RPC nodes lies, is broken, or follows another chain: replace it in the list `rpcUrl` under `[chain]`. Of three or more endpoints the majority decides. The node signs nothing meanwhile.',
  },
  CHAIN_VIEW_DIFFERED: {
    exit: 3,
    grpc: 'UNAVAILABLE',
    advice:
      'The RPC node left out events or answered from another branch of the chain. The node has repaired its view. If this repeats, use another provider.',
  },
  HEADER_UNSUPPORTED: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Update this program: the chain has block headers of a newer fork. Until then another node stores the seed of the round; or let `rpcUrl` under `[chain]` name a node that answers debug_getRawHeader.',
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
    advice: 'Check the ledger address and the chain: `quorate deploy` writes both to deployment.json.',
  },
  GOVERNANCE_NOT_FOUND: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Votes do not govern this deployment: ask the owner of its contracts, or deploy with `quorate deploy --governance`.',
  },
  INSUFFICIENT_FUNDS: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Send native currency for gas to the named address and retry.',
  },
  TRANSACTION_REVERTED: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice: 'A contract rejected the call for the reason above, and nothing changed. Mend that reason and retry.',
  },
  PAUSED: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice: 'The guardian paused the contracts. Retry at the time above (unix seconds); deadlines stand still until then.',
  },
  TRANSACTION_TIMEOUT: {
    exit: 3,
    grpc: 'DEADLINE_EXCEEDED',
    advice: 'Check the fee and the RPC node. The journal holds the transaction, and the next start looks for it.',
  },
  TRACKING_FAILED: {
    exit: 6,
    grpc: 'UNAVAILABLE',
    advice:
      'Check the address under `[tracking]`, and that the server is a tracking server of MLflow. The node runs on without it.',
  },
  // stake and keys
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
  // data, model, training
  DATASET_NOT_FOUND: {
    exit: 5,
    grpc: 'NOT_FOUND',
    advice:
      'Install the data set above, or set its folder: `datasetDir` under `[training]` of a member, `--dataset-dir` of `quorate lab`.',
  },
  DATASET_CORRUPT: {
    exit: 5,
    grpc: 'INTERNAL',
    advice: 'Reinstall the data set, or mend the file above: its bytes do not match its header.',
  },
  DATA_SCHEMA: {
    exit: 5,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Correct the fields above in the data schema of the task (docs/data.md lists what each takes).',
  },
  DATA_SCHEMA_DIFFERS: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Use the data schema of the task, and the tokeniser that it names: all members must read their records alike.',
  },
  DATA_COLUMN_MISSING: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Add or rename the column, or let the founder set a rule for missing values in the schema of the column.',
  },
  DATA_LABEL_UNKNOWN: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Rename the label as the schema writes it, or remove its records. Labels must match exactly.',
  },
  DATA_VALUE: {
    exit: 5,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Correct the value in the record above: `quorate data check` lists every such record.',
  },
  DATA_UNREADABLE: {
    exit: 5,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Mend the file above or remove it: `quorate data check` lists every such file.',
  },
  DATA_TOO_FEW: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Add records: `quorate data check` shows how many there are of each label.',
  },
  BACKEND_UNAVAILABLE: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Install the package above, or choose another back end (auto, webgpu, wasm, cpu): `backend` under `[training]` of a member, `--backend` of `quorate demo` and `quorate lab`. `quorate doctor` says what this machine has.',
  },
  MODEL_MISMATCH: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Use the model that the task document names. Its tensors must match the task specification.',
  },
  MODEL_NOT_FOUND: {
    exit: 5,
    grpc: 'NOT_FOUND',
    advice: 'Pass a round with a claim, or the root of its model; `quorate status` shows the newest.',
  },
  EXPORT_UNSUPPORTED: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Export to safetensors, which holds the tensors of every model, or use another format (docs/results.md).',
  },
  TRAINING_DIVERGED: { exit: 5, grpc: 'INTERNAL', advice: 'Lower the learning rate or check the data. No update was sent.' },
  ...TRAINER_ERRORS,
  UPDATE_LENGTH: {
    exit: 5,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Send an update with the padded length of the task specification.',
  },
  UPDATE_VALUE: {
    exit: 5,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Send int8 values in -127…127, with zeros as padding.',
  },
  UPDATE_NORM: {
    exit: 5,
    grpc: 'INVALID_ARGUMENT',
    advice:
      'Keep the squared norm of the update within the bounds of the task specification: check the learning rate and the local steps.',
  },
  RULE_UNSAFE: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Admit more members, lower the tolerated Byzantine share, or choose another rule.',
  },
  RULE_NOT_PROVABLE: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Use a rule from the list above, such as nnmGm (robust) or mean (no filter). `quorate lab` runs the other rules.',
  },
  SPEC_INVALID: { exit: 5, grpc: 'INVALID_ARGUMENT', advice: 'Correct the named field of the task specification.' },
  SPEC_OUT_OF_BOUNDS: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Choose a value within the bounds above if the task is yours. Put no stake into a task of others with such a specification: a false claim may have no proof there (docs/protocol.md §7).',
  },
  TASK_MISMATCH: {
    exit: 2,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Set `[task] id` to the task that you want to join, or `[coordinator] address` to a coordinator of that task.',
  },
  SPEC_MISMATCH: {
    exit: 5,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Do not join this coordinator: its specification is not the one that the chain names.',
  },
  // wire
  MESSAGE_MALFORMED: { exit: 6, grpc: 'INVALID_ARGUMENT', advice: 'Send a well-formed protocol message (docs/protocol.md).' },
  MESSAGE_TOO_LARGE: { exit: 6, grpc: 'RESOURCE_EXHAUSTED', advice: 'Keep messages within the published limits.' },
  MESSAGE_WRONG_TASK: {
    exit: 6,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Send the message to the operator of its own task and chain.',
  },
  MESSAGE_WRONG_ROUND: {
    exit: 6,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Take part in the open round: only the open round accepts messages.',
  },
  MESSAGE_LATE: { exit: 6, grpc: 'FAILED_PRECONDITION', advice: 'The phase is over; take part in the next round.' },
  MESSAGE_EARLY: { exit: 6, grpc: 'FAILED_PRECONDITION', advice: 'The phase has not begun; wait for it.' },
  MESSAGE_REPLAYED: { exit: 6, grpc: 'ALREADY_EXISTS', advice: 'Nothing to do: this statement is already known.' },
  MESSAGE_CONFLICT: {
    exit: 6,
    grpc: 'ALREADY_EXISTS',
    advice:
      'The signer already made a different statement in this round, and the first one counts. If it is your key, stop any other process that uses the key; the next round begins anew.',
  },
  ORIGIN_MISMATCH: {
    exit: 6,
    grpc: 'PERMISSION_DENIED',
    advice: 'Publish only your own statements: the member of a statement must own the peer key that publishes it.',
  },
  SIGNATURE_INVALID: {
    exit: 6,
    grpc: 'UNAUTHENTICATED',
    advice: 'Sign with the operator key registered on chain for this member.',
  },
  MEMBER_UNKNOWN: {
    exit: 6,
    grpc: 'PERMISSION_DENIED',
    advice: 'Join the task with `quorate member join` before the round opens: only its members take part.',
  },
  COMMITMENT_MISMATCH: { exit: 6, grpc: 'INVALID_ARGUMENT', advice: 'Reveal the update root and salt that were committed.' },
  SESSION_EXPIRED: { exit: 6, grpc: 'UNAUTHENTICATED', advice: 'Join again to obtain a new session.' },
  SESSION_MISDIRECTED: {
    exit: 6,
    grpc: 'PERMISSION_DENIED',
    advice:
      'The session names another operator or certificate. The node signs a new one. If this error repeats, compare the certificate of the coordinator with the file from the operator.',
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
    advice: 'Check the address and the firewall of the peer. The node tries other peers meanwhile.',
  },
  SEAT_NOT_HELD: {
    exit: 6,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Another operator holds the seat of this round, and `quorate status` names it. Add its `address` and `ca` under `[[coordinator]]` of the member.',
  },
  STATEMENTS_UNKNOWN: {
    exit: 6,
    grpc: 'UNAVAILABLE',
    advice:
      'Wait for the next round: the journal of the node is new, restored from a copy, or not yet compared with its peers, so the node says nothing in the open round. Keep the state folder of a node on a disk that lasts, and never restore journal.db from a copy.',
  },
  KEY_IN_USE_ELSEWHERE: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Find the other process that runs with this operator key and stop it, then start this node again. If nobody of yours runs one, the key is stolen: register a new operator key.',
  },
  COORDINATOR_UNREACHABLE: {
    exit: 6,
    grpc: 'UNAVAILABLE',
    advice: 'Check `address` under `[coordinator]`, and that the operator runs. The node retries by itself.',
  },
  CERTIFICATE_UNTRUSTED: {
    exit: 6,
    grpc: 'UNAUTHENTICATED',
    advice:
      'Ask the operator by another way, such as a telephone call, whether it has a new certificate. If it has, put that file where `ca` under `[coordinator]` points (`quorate invite` writes it into an invitation). If it has not, somebody stands between you and the operator. The node sends nothing and retries by itself.',
  },
  COORDINATOR_FAILED: {
    exit: 6,
    grpc: 'UNAVAILABLE',
    advice: 'The coordinator has trouble of its own. The node retries by itself; tell the operator if this repeats.',
  },
  BLOB_NOT_FOUND: {
    exit: 6,
    grpc: 'NOT_FOUND',
    advice: 'No peer has these bytes. The round continues without them; check the connections if this repeats.',
  },
  BLOB_MISMATCH: {
    exit: 6,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Fetch the bytes from another peer: these do not match their root.',
  },
  RATE_LIMITED: { exit: 6, grpc: 'RESOURCE_EXHAUSTED', advice: 'Send fewer requests and retry.' },
  ...API_ERRORS,
  // storage
  STORAGE_FULL: { exit: 7, grpc: 'RESOURCE_EXHAUSTED', advice: 'Free disk space and start again. The journal is intact.' },
  STORAGE_FAILED: {
    exit: 7,
    grpc: 'INTERNAL',
    advice: 'Check the state folder: it must exist, it must be writable, and only one process may use it.',
  },
  STORAGE_DAMAGED: {
    exit: 7,
    grpc: 'INTERNAL',
    advice:
      'A file in the state folder is not what the node wrote. The node moved it to the folder named damaged beside it and takes the bytes from peers, or computes them again. Check the disk and the memory of this machine if it happens twice.',
  },
  STORAGE_LOCKED: {
    exit: 7,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Stop the other process that uses this state folder, or choose another folder.',
  },
  JOURNAL_CORRUPT: {
    exit: 7,
    grpc: 'INTERNAL',
    advice:
      'Move journal.db out of the state folder and start again. The node then says nothing in the open round, and takes part in the next. Do not restore an old copy. Stake and keys are on chain and safe.',
  },
  // verification
  AUDIT_MISMATCH: {
    exit: 8,
    grpc: 'INTERNAL',
    advice: 'The replay of the evidence differs from the chain. Keep the evidence and contact the other members.',
  },
  EVIDENCE_MISSING: { exit: 8, grpc: 'NOT_FOUND', advice: 'Copy the evidence of the round above from another member.' },
  CLAIM_MISMATCH: {
    exit: 8,
    grpc: 'INTERNAL',
    advice: 'Do not agree to the posted claim: it differs from the replay. `quorate watch` proves it false on chain.',
  },
  RECEIPT_LEFT_OUT: {
    exit: 8,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Do nothing: the node shows no update to this list and agrees to no claim over it. If the operator posts one, `quorate watch` proves it false.',
  },
  OPENING_MALFORMED: {
    exit: 8,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Take the opening of the claim from another peer, or request it in the court.',
  },
  OPENING_MISMATCH: {
    exit: 8,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Take the opening from another peer, or request it in the court: these bytes open another claim.',
  },
  // life
  CANCELLED: { exit: 130, grpc: 'CANCELLED', advice: 'Start again when ready. Nothing is lost.' },
  THREAD_LOST: {
    exit: 1,
    grpc: 'INTERNAL',
    advice: 'A node retries by itself. If this error repeats, give the process more memory.',
  },
  GPU_UNUSABLE: {
    exit: 1,
    grpc: 'INTERNAL',
    advice:
      'Update the driver. Meanwhile the processor computes the same numbers. To use no GPU, set `gram` under `[engine]` to wasm, or leave out `--gram` of `quorate audit`.',
  },
  PROCESS_FAILED: { exit: 1, grpc: 'INTERNAL', advice: 'Read the log file above.' },
  INTERNAL: { exit: 1, grpc: 'INTERNAL', advice: 'This is a defect: report it with the log.' },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS
