import { join } from 'node:path'
import type { Engine } from '../../engine/index.ts'
import { keccak, updateRoot } from '../../protocol/index.ts'
import { KeptLeaves } from '../../replay/index.ts'
import { openBlobStore } from '../../storage/index.ts'
import type { Journal } from '../../storage/index.ts'
import type { Stores } from '../ports.ts'
import { Openings } from './openings.ts'
import { StateStore } from './state-store.ts'

/**
 * Opens the stores in a node's data folder. The journal's lock on the folder is held already.
 *
 * @throws QuorateError STORAGE_FAILED
 */
export async function openStores(dataFolder: string, journal: Journal, engine: Pick<Engine, 'hash'>): Promise<Stores> {
  const documents = await openBlobStore({ folder: join(dataFolder, 'documents'), extension: '.bin', addressOf: keccak })
  return {
    states: await StateStore.open(join(dataFolder, 'states')),
    updates: await openBlobStore({ folder: join(dataFolder, 'updates'), extension: '.q8', addressOf: updateRoot }),
    documents,
    leaves: new KeptLeaves(),
    openings: new Openings({ journal, documents, hash: async (bytes) => engine.hash(bytes) }),
    evidence: join(dataFolder, 'evidence'),
  }
}
