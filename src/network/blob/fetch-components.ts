import type { Metrics } from '../../core/metrics.ts'
import type { NetworkNode } from '../network-node.ts'
import type { BlobLinks } from './blob-links.ts'

/** What fetches need of the exchange they belong to. */
export interface FetchComponents {
  links: Pick<BlobLinks, 'ask'>
  node: Pick<NetworkNode, 'penalise'>
  metrics: Metrics
  /** In [0, 1): spreads the peers of large updates. */
  random: () => number
}
