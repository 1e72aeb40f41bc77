/**
 * A key that stays in a signer of its own, and signs over HTTP.
 *
 * - `openRemoteSigner(options)`: an account whose statements and transactions are signed by a service with the API of EIP-3030 for secp256k1 keys, as Web3Signer
 *   has it (`POST /api/v1/eth1/sign/{identifier}`). Nothing is asked before the first signature or `check`.
 *
 * Needs the address of the service and of the key. Each signature is checked before anybody gets it. The node, not the signer, sees to it that no statement
 * contradicts an earlier one. Errors: SIGNER_UNREACHABLE, which passes, SIGNER_REFUSED, SIGNER_MISMATCH.
 */
export { openRemoteSigner } from './remote-signer.ts'
export type { RemoteSigner, RemoteSignerOptions } from './remote-signer.ts'
