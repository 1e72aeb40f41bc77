import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noMetrics, QuorateError, silentLogger } from '../../../src/core/index.ts'
import type { Logger, Metrics } from '../../../src/core/index.ts'
import { createEngine } from '../../../src/engine/index.ts'
import type { Stores, Supply } from '../../../src/node/index.ts'
import { openStores } from '../../../src/node/index.ts'
import type { ReplayPorts } from '../../../src/node/ports.ts'
import { chunkHashes, fileHash, toHex, updateRoot, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, Hash, RecordFacts, SigningDomain } from '../../../src/protocol/index.ts'
import { claimComputer } from '../../../src/replay/index.ts'
import { openJournal } from '../../../src/storage/index.ts'
import type { Journal } from '../../../src/storage/index.ts'
import type { Signer, SmallTask } from './small-task.ts'
import { SEALED, smallTask, snapshotOf } from './small-task.ts'

export const TASK = 1n
export const DOMAIN: SigningDomain = { chainId: 31_337, ledger: `0x${'cc'.repeat(20)}` }

/** What peers serve: tests put bytes in and take them out. */
export class Peers implements Supply {
  readonly updates = new Map<Hash, Int8Array>()
  readonly documents = new Map<Hash, Uint8Array>()
  /** What was asked for, in order. */
  readonly asked: Hash[] = []
  /** Told of what nobody has. */
  onMissing: (hash: Hash) => void = () => {}

  serve(...documents: Uint8Array[]): void {
    for (const bytes of documents) this.documents.set(fileHash(bytes), bytes)
  }

  serveUpdates(...updates: Int8Array[]): void {
    for (const update of updates) this.updates.set(toHex(updateRoot(update)), update)
  }

  async fetchUpdate(root: Hash, { onSegments }: Parameters<Supply['fetchUpdate']>[1]): Promise<void> {
    const found = this.#take(this.updates, root)
    const bytes = new Uint8Array(found.buffer, found.byteOffset, found.byteLength)
    await onSegments({ first: 0, bytes, leaves: chunkHashes(bytes) })
  }

  async fetchDocument(hash: Hash): Promise<Uint8Array> {
    return this.#take(this.documents, hash)
  }

  #take<T>(from: ReadonlyMap<Hash, T>, hash: Hash): T {
    this.asked.push(hash)
    const found = from.get(hash)
    if (found) return found
    this.onMissing(hash)
    throw new QuorateError('BLOB_NOT_FOUND', `no peer has ${hash}`)
  }
}

/** A seal whose digest `signRecord` fills in: it belongs to the rows. */
function sealOf(round: number, operator: Address, operatorKey: Address): RecordFacts['seal'] {
  const sealed = SEALED.get(round)
  return {
    operator,
    operatorKey,
    slot: 100,
    digest: sealed?.digest ?? ZERO_HASH,
    count: sealed?.count ?? 0,
  }
}

/** The facts of a round that nobody but these members and this operator took part in. */
export function factsWith(members: readonly Signer[], operator: Signer): (round: bigint, base: Hash) => Promise<RecordFacts> {
  const snapshot = snapshotOf(members)
  const key = operator.account.address.toLowerCase()
  return async (round, base) => ({
    domain: DOMAIN,
    task: TASK,
    round,
    base,
    timepoint: 1000 + Number(round),
    totalStake: snapshot.reduce((sum, { stake }) => sum + stake, 0n),
    members: snapshot,
    seal: sealOf(Number(round), operator.owner, key as Address),
    forced: new Map(),
    spec: smallTask().spec,
  })
}

export interface NodeFolder extends AsyncDisposable {
  folder: string
  ports: ReplayPorts
  stores: Stores
  journal: Journal
  peers: Peers
}

/** A node's stores in a folder of their own, with a real journal and a real engine; its peers are a map. */
export async function nodeFolder(
  { spec, document }: Pick<SmallTask, 'spec' | 'document'>,
  factsOf: ReplayPorts['factsOf'],
  { logger = silentLogger, metrics = noMetrics }: { logger?: Logger; metrics?: Metrics } = {},
): Promise<NodeFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-node-'))
  const journal = openJournal(folder)
  const engine = createEngine()
  const stores = await openStores(folder, journal, engine)
  const peers = new Peers()
  const ports: ReplayPorts = {
    task: { id: TASK, domain: DOMAIN, spec, document },
    stores,
    supply: peers,
    compute: claimComputer(engine),
    factsOf,
    logger,
    metrics,
  }
  return {
    folder,
    ports,
    stores,
    journal,
    peers,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      journal.close()
      await rm(folder, { recursive: true })
    },
  }
}
