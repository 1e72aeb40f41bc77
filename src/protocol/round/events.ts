import type { Address, Hash, Hex } from '../types.ts'
import type { ChainFacts, OwnUpdate, PostedClaim, RevealEntry, RoundState, SealFact } from './state.ts'
import type { CommitmentSource } from '../statements/commitment-source.ts'
import type { SealedCommitment } from '../statements/seal.ts'

/**
 * Everything that can happen in a round. Events are validated before they reach the reducer (signatures, membership:
 * `validate.ts`), are plain data and are journalled before they take effect, so a killed node restarts in the same
 * state. `built` says of which opening of the round and over which digest of a seal the claim is.
 */
export type RoundEvent =
  | ({ type: 'trained' } & OwnUpdate)
  | { type: 'receipt'; member: Address; commitment: Hash; operatorKey: Address; signature: Hex }
  | { type: 'commitment'; member: Address; commitment: Hash; source: CommitmentSource }
  /** `known`: how many commitments the node knew when it made the list. */
  | { type: 'list'; rows: readonly SealedCommitment[]; known: number }
  | ({ type: 'sealed' } & SealFact)
  | { type: 'seal'; rows: readonly SealedCommitment[] }
  | { type: 'deep'; digest: Hash }
  | ({ type: 'reveal'; member: Address } & RevealEntry)
  | { type: 'held'; updateRoot: Hash }
  | { type: 'attestation'; member: Address; commitments: Hash; held: bigint; signature: Hex }
  | { type: 'void'; member: Address; claimHash: Hash; signature: Hex }
  | ({ type: 'built'; openedAt: number; over: Hash } & Omit<PostedClaim, 'operator'>)
  | ({ type: 'posted' } & PostedClaim)
  | { type: 'replayed'; claimHash: Hash; match: boolean }
  | ({ type: 'chain' } & ChainFacts)
  | { type: 'asked' }
  | { type: 'foreign'; since: NonNullable<RoundState['foreign']> }
  | { type: 'tick'; now: number }

/** What a node owes the world in its present state; `key` names the debt, so that a runner does each once. */
export type RoundEffect =
  | { type: 'train'; key: string }
  | ({ type: 'commit'; key: string } & OwnUpdate)
  | ({ type: 'handIn'; key: string } & OwnUpdate)
  | ({ type: 'force'; key: string } & OwnUpdate)
  | { type: 'list'; key: string }
  | { type: 'seal'; key: string; digest: Hash }
  | ({ type: 'reveal'; key: string } & OwnUpdate)
  | { type: 'fetch'; key: string; member: Address; updateRoot: Hash }
  | { type: 'attest'; key: string; commitments: Hash; held: bigint }
  | { type: 'build'; key: string }
  | { type: 'post'; key: string; claimHash: Hash }
  | { type: 'fail'; key: string; reason: string }
  | { type: 'void'; key: string; claimHash: Hash }
  | { type: 'replay'; key: string; claimHash: Hash }
