import { join } from 'node:path'
import { noMetrics, silentLogger } from '../../core/index.ts'
import type { Engine } from '../../engine/index.ts'
import { CHUNK, keccak, updateRoot } from '../../protocol/index.ts'
import { KeptLeaves } from '../../replay/index.ts'
import { openBlobStore } from '../../storage/index.ts'
import type { Journal } from '../../storage/index.ts'
import type { Stores } from '../ports.ts'
import { Openings } from './openings.ts'
import { StateStore } from './state-store.ts'
import { tellDamage } from './tell-damage.ts'
import type { TellDamage } from './tell-damage.ts'

/**
 * Opens the stores in a node's state folder. The journal's lock on the folder is held already.
 *
 * @throws QuorateError STORAGE_FAILED
 */
export async function openStores(
  dataFolder: string,
  journal: Journal,
  engine: Pick<Engine, 'hash' | 'verify'>,
  tell: TellDamage = tellDamage({ logger: silentLogger, metrics: noMetrics }),
): Promise<Stores> {
  const documents = await openBlobStore({
    folder: join(dataFolder, 'documents'),
    extension: '.bin',
    addressOf: keccak,
    onDamaged: tell('documents'),
  })
  return {
    states: await StateStore.open(join(dataFolder, 'states'), { onDamaged: tell('states') }),
    updates: await openBlobStore({
      folder: join(dataFolder, 'updates'),
      extension: '.q8',
      // The root covers whole chunks only: a file with bytes behind them is none.
      addressOf: (bytes) => (bytes.length % CHUNK === 0 ? updateRoot(bytes) : keccak(bytes)),
      onDamaged: tell('updates'),
    }),
    documents,
    leaves: new KeptLeaves({ verify: async (file, segments) => engine.verify(file, segments) }),
    openings: new Openings({ journal, documents, hash: async (bytes) => engine.hash(bytes) }),
    evidence: join(dataFolder, 'evidence'),
  }
}
