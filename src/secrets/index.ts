/**
 * Files with private keys: `readSecret(path)` reads one and reports whether other users may read it.
 *
 * Needs only files. `exposure.ts` and docs/operations.md (Key files) have the rules.
 */
export { readSecret } from './read-secret.ts'
