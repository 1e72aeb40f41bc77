import type { Logger, Metrics } from '../core/index.ts'
import type { UpdateFetch } from '../network/index.ts'
import type { Address, DigestSigner, Hash, SigningDomain, TaskSpec } from '../protocol/index.ts'
import type { ClaimComputer, FactsOf, KeptLeaves } from '../replay/index.ts'
import type { BlobStore } from '../storage/index.ts'
import type { Openings } from './stores/openings.ts'
import type { StateStore } from './stores/state-store.ts'
import type { Voice } from './voice.ts'

/** The task that a node follows. */
export interface TaskPort {
  /** Number on the ledger. */
  id: bigint
  domain: SigningDomain
  spec: TaskSpec
  /** Canonical JSON of the task document. */
  document: string
}

/** What a node keeps on disk. */
export interface Stores {
  states: StateStore
  /** Updates by root. */
  updates: BlobStore
  /** Records, manifests, specifications, openings, the genesis model: by keccak256. */
  documents: BlobStore
  /** Chunk hashes of updates that were verified or made since the node started. */
  leaves: KeptLeaves
  /** Which document opens which claim. */
  openings: Openings
  /** Folder of the evidence, `<task>/<round>/`. */
  evidence: string
}

/** How a document is asked for. */
export interface FetchLimits {
  signal: AbortSignal
  /** The largest document that is taken. */
  maxBytes: number
}

/**
 * Where bytes come from that this node does not hold: peers, or nobody. A call may fail with any error, because peers choose how they fail.
 * `outcomeOf` judges it: bytes come and are checked, or they are missing.
 */
export interface Supply {
  /**
   * An update, handed over in verified segments.
   *
   * @param fetch.author the member that made it, where that is known: asked first
   */
  fetchUpdate(root: Hash, fetch: Pick<UpdateFetch, 'signal' | 'onSegments'> & { author?: Address }): Promise<void>
  /** A document by its keccak256. */
  fetchDocument(hash: Hash, limits: FetchLimits): Promise<Uint8Array>
  /** How long the node waits for so many bytes, ms; default `patienceFor`. */
  patience?: (bytes: number) => number
}

/** What recomputing a claim needs. A node that never speaks, and a judge over a folder of evidence, have no more than this. */
export interface ReplayPorts {
  task: TaskPort
  stores: Stores
  supply: Supply
  compute: ClaimComputer
  factsOf: FactsOf
  logger: Logger
  metrics: Metrics
}

/** What the duties of a node need: the replay ports, and a voice. */
export interface NodePorts extends ReplayPorts {
  voice: Voice
}

/** The key that signs a node's statements; it holds no stake. */
export type SigningKey = DigestSigner & { readonly address: Address }
