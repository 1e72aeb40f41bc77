import type { Ancestor } from '../../replay/index.ts'
import type { Address, Hash, TaskSpec } from '../../protocol/index.ts'

/** Everything that a card says of a model. The chain is asked for most of it; the rest was compared with a hash that the chain names. */
export interface ModelCard {
  chainId: number
  ledger: Address
  task: bigint
  /** The model; what was registered with it is in `metadata`. */
  model: Ancestor
  /** Models from this one to genesis, both counted. */
  models: number
  genesisRoot: Hash
  specHash: Hash
  spec: TaskSpec
  registry?: Address | undefined
  /** The task document, JSON; where a folder of evidence was given. */
  document?: { name: string; training: unknown } | undefined
  /** Fingerprints of the data sets, under the root that was registered. */
  fingerprints?: readonly Hash[] | undefined
  /** The licence, whose text has the hash that was registered. */
  licence?: { file: string; text: string } | undefined
  /** A file with the weights, whose model has the root of the claim. */
  weights?: { file: string; bytes: number; digest: Hash } | undefined
}
