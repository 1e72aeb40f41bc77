import { stat } from 'node:fs/promises'
import { RING } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'
import type { BlobStore } from '../../storage/index.ts'

/** The files of one store, and which of them evidence links to. What is not in the store any more is not remembered either. */
export class StoreLinks {
  readonly #store: Pick<BlobStore, 'list' | 'file' | 'delete'>
  /** Files that evidence linked to when they were last seen. */
  #linked = new Set<Hash>()
  /** The round in which a file without evidence was first seen. */
  #unlinked = new Map<Hash, bigint>()

  constructor(store: Pick<BlobStore, 'list' | 'file' | 'delete'>) {
    this.#store = store
  }

  /** Deletes files that evidence linked to and no longer does, and files that were never in evidence for the length of the ledger's ring. */
  async sweep(round: bigint): Promise<void> {
    const linked = new Set<Hash>()
    const unlinked = new Map<Hash, bigint>()
    for (const hash of await this.#store.list()) {
      const { nlink } = await stat(this.#store.file(hash)).catch(() => ({ nlink: 2 }))
      if (nlink > 1) {
        linked.add(hash)
        continue
      }
      const since = this.#unlinked.get(hash) ?? round
      if (this.#linked.has(hash) || round - since >= BigInt(RING)) await this.#store.delete(hash)
      else unlinked.set(hash, since)
    }
    this.#linked = linked
    this.#unlinked = unlinked
  }

  /** Files that are remembered. */
  get size(): number {
    return this.#linked.size + this.#unlinked.size
  }
}
