import type { ErrorEntry } from './error-entry.ts'
import { API_ERRORS } from './api.ts'

/** Errors between nodes. */
export const NETWORK_ERRORS = {
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
} as const satisfies Record<string, ErrorEntry>
