import { MembershipView } from '../chain/index.ts'
import type { Task } from '../chain/index.ts'
import { QuorateError } from '../core/index.ts'
import { openEngine } from '../engine/index.ts'
import type { Engine } from '../engine/index.ts'
import { createNetworkNode, gossipTopic } from '../network/index.ts'
import type { NetworkNode } from '../network/index.ts'
import { specHash } from '../protocol/index.ts'
import { genesisState } from '../replay/index.ts'
import type { ModelState } from '../replay/index.ts'
import { makeFolder, openJournal, supportsLinks } from '../storage/index.ts'
import type { Journal } from '../storage/index.ts'
import type { Stores } from './ports.ts'
import { openStores } from './stores/open-stores.ts'
import { takeGenesis } from './stores/take-genesis.ts'
import { tellDamage } from './stores/tell-damage.ts'
import type { TaskNodeOptions } from './task-node-options.ts'

/** What a node is made from: everything that has to be opened first. Nothing listens yet. */
export interface NodeParts {
  quorumBps: number
  /** Whether the file system of the state folder has hard links. */
  links: boolean
  journal: Journal
  engine: Engine
  stores: Stores
  network: NetworkNode
  membership: MembershipView
  genesis: ModelState
}

/**
 * Opens the state folder of a node.
 *
 * @throws QuorateError SPEC_MISMATCH when the chain names another specification, MODEL_MISMATCH when the genesis model is another one, STORAGE_LOCKED, …
 */
export async function openParts(
  options: TaskNodeOptions,
  { specHash: named, quorumBps }: Pick<Task, 'specHash' | 'quorumBps'>,
): Promise<NodeParts> {
  const { spec, task, dataFolder, chain, contracts, fromBlock, logger, metrics } = options
  if (specHash(spec) !== named)
    throw new QuorateError('SPEC_MISMATCH', `the specification hashes to ${specHash(spec)}, the chain names ${named}`)
  await makeFolder(dataFolder)
  const journal = openJournal(dataFolder)
  let engine: Engine | undefined
  try {
    const links = await supportsLinks(dataFolder)
    if (!links)
      logger.warn({ dataFolder }, 'the file system has no hard links: every update is on disk twice, and none is deleted')
    engine = await openEngine({ gram: options.gram, logger })
    const stores = await openStores(dataFolder, journal, engine, tellDamage({ logger, metrics }))
    const genesis = genesisState(task, spec, await takeGenesis(options, stores.documents))
    await stores.states.save(genesis)
    const membership = new MembershipView({ chain, vault: contracts.vault, task, fromBlock, logger })
    const { seed, listen, announce, relay, reserve } = options.network
    const topics = [gossipTopic({ chainId: chain.chainId, ledger: contracts.ledger, task })]
    const network = await createNetworkNode({ seed, listen, announce, relay, reserve, topics, membership, logger, metrics })
    return { quorumBps, links, journal, engine, stores, network, membership, genesis }
  } catch (error) {
    await closeParts({ engine, journal })
    throw error
  }
}

/** Of parts that no node was made from. */
export async function closeParts({ engine, journal }: { engine: Engine | undefined; journal: Journal }): Promise<void> {
  await engine?.[Symbol.asyncDispose]()
  journal.close()
}
