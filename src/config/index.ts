/**
 * Input of the programs: TOML files and key files.
 *
 * - `readCoordinatorConfig(path)`, `readMemberConfig(path)`: parsed, typed, paths absolute, defaults filled in; unknown fields are refused.
 * - `readNodeConfig(path)`: either of them, for commands that look at a node.
 * - `writeCoordinatorConfig`, `writeMemberConfig`: the written file passes the checks of the reader.
 * - `readInvitation`, `invitationText`: the file by which a founder invites members, in JSON, with its hashes checked.
 * - `loadKey(source)`: the private key at a place that `[keys]` names; `loadKeyFile`, `createKeyFile`, `createKeystoreFile`: one in a file that nobody else may read; `loadSecret(source)`: a token.
 *
 * Needs only files. Errors: CONFIG_NOT_FOUND, CONFIG_INVALID, KEY_INVALID, KEYSTORE_LOCKED, INVITATION_INVALID.
 *
 *     [chain]                               [keys]
 *     rpcUrl = "http://127.0.0.1:8545"      operator = "keys/operator.key"
 *     chainId = 31337                       peer = "keys/peer.key"
 *     ledger = "0x…"                        [state]
 *     [task]                                folder = "state"
 *     id = 1                                [grpc]
 *                                           listen = "0.0.0.0:7050"
 */
export { readCoordinatorConfig } from './coordinator-config.ts'
export type { CoordinatorConfig, CoordinatorConfigInput } from './coordinator-config.ts'
export { readMemberConfig } from './member-config.ts'
export type { MemberConfig, MemberConfigInput } from './member-config.ts'
export { readNodeConfig } from './node-config.ts'
export type { NodeConfig } from './node-config.ts'
export { writeCoordinatorConfig, writeMemberConfig } from './write-config.ts'
export { invitationText, parseInvitation, readInvitation } from './invitation.ts'
export type { Invitation, InvitedOperator } from './invitation.ts'
export type { ConfigIssue } from './read-config.ts'
export { createKeyFile, createKeystoreFile } from './key-file.ts'
export { loadKey, loadKeyFile, loadSecret, readPassphrase } from './load-key.ts'
export { describeSource } from './key-source.ts'
export { describeAccountSource } from './account-source.ts'
export type { AccountSource, SignerSource } from './account-source.ts'
export type { KeySource, SecretSource } from './key-source.ts'
export { readConfig } from './read-config.ts'
export { lineOf } from './line-of.ts'
export { areLocal, defaultListen } from './default-listen.ts'
export { hostOf, pathField } from './fields.ts'
