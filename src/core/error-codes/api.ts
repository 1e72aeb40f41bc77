import type { ErrorEntry } from './error-entry.ts'

/** Errors that the HTTP API answers with: a part of the catalogue (`error-codes.ts`). */
export const API_ERRORS = {
  API_PATH_UNKNOWN: {
    exit: 2,
    grpc: 'NOT_FOUND',
    advice: 'Take a path from /api/v1/openapi.json or docs/api.md. The API is read-only: it answers GET, HEAD and OPTIONS.',
  },
  PAYMENT_REQUIRED: {
    exit: 4,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Send a licence of the model or a voucher that pays the call: docs/inference.md says how.',
  },
  RECEIPTS_LOST: {
    exit: 7,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Start the server with the state folder that it had before, or with another key. With this folder it would sign numbers for the second time and lose its deposit.',
  },
  API_REQUEST_INVALID: {
    exit: 2,
    grpc: 'INVALID_ARGUMENT',
    advice: 'Correct the named part of the request: docs/api.md lists what each path takes.',
  },
  API_TOKEN_REFUSED: {
    exit: 2,
    grpc: 'UNAUTHENTICATED',
    advice: 'Send the header Authorization: Bearer TOKEN, where TOKEN is the text of the file that `token` under `[api]` names.',
  },
  API_HOST_REFUSED: {
    exit: 2,
    grpc: 'PERMISSION_DENIED',
    advice: 'Open the API by localhost or the loopback address that it listens on, as a page of another name may not read it.',
  },
  API_STARTING: {
    exit: 6,
    grpc: 'UNAVAILABLE',
    advice: 'The node has not started yet: /api/v1/node says what it waits for.',
  },
  API_NOT_KNOWN: {
    exit: 5,
    grpc: 'NOT_FOUND',
    advice: 'Ask a node that keeps it, or for a newer round. A node keeps what it computed since its API was switched on.',
  },
} as const satisfies Record<string, ErrorEntry>
