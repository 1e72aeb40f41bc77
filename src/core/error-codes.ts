import { CHAIN_ERRORS } from './error-codes/chain.ts'
import { CONFIGURATION_ERRORS } from './error-codes/configuration.ts'
import { DATA_ERRORS } from './error-codes/data.ts'
import { LIFE_ERRORS } from './error-codes/life.ts'
import { NETWORK_ERRORS } from './error-codes/network.ts'
import { PRIVACY_ERRORS } from './error-codes/privacy.ts'
import { STAKE_ERRORS } from './error-codes/stake.ts'
import { STORAGE_ERRORS } from './error-codes/storage.ts'
import { VERIFICATION_ERRORS } from './error-codes/verification.ts'

export type { ErrorEntry } from './error-codes/error-entry.ts'

/**
 * The catalogue of errors. Each error that a user or a peer can receive has a code, an exit code of the CLI, a gRPC status and
 * advice. Codes are stable. A test checks `docs/errors.md` against this table.
 *
 * Exit codes: 1 unexpected, 2 usage or configuration, 3 chain, 4 stake or keys, 5 data or model, 6 network, 7 storage,
 * 8 verification failed, 130 cancelled.
 */
export const ERRORS = {
  ...CONFIGURATION_ERRORS,
  ...CHAIN_ERRORS,
  ...STAKE_ERRORS,
  ...DATA_ERRORS,
  ...PRIVACY_ERRORS,
  ...NETWORK_ERRORS,
  ...STORAGE_ERRORS,
  ...VERIFICATION_ERRORS,
  ...LIFE_ERRORS,
} as const

export type ErrorCode = keyof typeof ERRORS
