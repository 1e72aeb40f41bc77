import type { ErrorEntry } from './error-entry.ts'

/** Errors of what was verified. */
export const VERIFICATION_ERRORS = {
  AUDIT_MISMATCH: {
    exit: 8,
    grpc: 'INTERNAL',
    advice: 'The replay of the evidence differs from the chain. Keep the evidence and contact the other members.',
  },
  CARD_MISMATCH: {
    exit: 8,
    grpc: 'INVALID_ARGUMENT',
    advice:
      'Name the file or the fingerprints that were registered with the model: `quorate model lineage --registry` shows the hashes.',
  },
  EVIDENCE_MISSING: { exit: 8, grpc: 'NOT_FOUND', advice: 'Copy the evidence of the round above from another member.' },
  CLAIM_MISMATCH: {
    exit: 8,
    grpc: 'INTERNAL',
    advice: 'Do not agree to the posted claim: it differs from the replay. `quorate watch` proves it false on chain.',
  },
  RECEIPT_FALSE: {
    exit: 8,
    grpc: 'INVALID_ARGUMENT',
    advice:
      'Do not rely on the answer, and keep the receipt: compare the server, the model and the bytes with what you asked for.',
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
} as const satisfies Record<string, ErrorEntry>
