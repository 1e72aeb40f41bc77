import type { LocalAccount } from 'viem'
import type { Logger, Metrics } from '../core/index.ts'
import type { SigningDomain, TaskSpec } from '../protocol/index.ts'
import type { BlobStore } from '../storage/index.ts'
import type { FactsOf, ClaimComputer, KeptLeaves } from '../replay/index.ts'
import type { Openings } from './openings.ts'
import type { Peers } from './peers.ts'
import type { Said } from './said.ts'
import type { StateStore } from './state-store.ts'
import type { ClaimWatch } from './watcher/claim-watch.ts'

/** What the effects of a round have in common, on either side. */
export interface RoundContext {
  domain: SigningDomain
  task: bigint
  spec: TaskSpec
  /** Canonical JSON of the task document. */
  document: string
  /** The node's operator key: signs statements, holds no stake. */
  account: Pick<LocalAccount, 'sign' | 'address'>
  states: StateStore
  /** Updates by root. */
  updates: BlobStore
  /** Chunk hashes of updates that were verified or made since the node started. */
  leaves: KeptLeaves
  /** Records, manifests, specifications by keccak256. */
  documents: BlobStore
  /** Which document opens which claim. */
  openings: Openings
  peers: Peers
  claims: ClaimComputer
  /** What the chain says of a round, for checking records. */
  factsOf: FactsOf
  evidenceFolder: string
  /** Fixes a statement before it is made, so that a killed node never contradicts itself. */
  said: Said
  /** Told what replays come to; absent where claims are not disputed. */
  watch?: ClaimWatch
  logger: Logger
  metrics: Metrics
}
