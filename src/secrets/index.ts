/**
 * Files with private keys: `readSecret(path)` reads one unless others than this process may read it too.
 *
 * Needs only files. What counts as others, and why, is in `exposure.ts` and docs/operations.md (Key files).
 */
export { readSecret } from './read-secret.ts'
