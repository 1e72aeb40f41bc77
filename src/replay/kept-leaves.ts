import { rootOfLeaves, toHex } from '../protocol/index.ts'
import type { Hash } from '../protocol/index.ts'

export interface KeptLeavesOptions {
  /** Most memory they take, bytes; the oldest go first. Default 64 MiB: an eighth of 512 MiB of updates. */
  limit?: number
}

/**
 * Chunk hashes of updates that this node already hashed, when it verified or made them. The claim's transition tree is
 * built from them. Without them (after a restart, or beyond the limit) the chunks are hashed again. In memory that
 * threads share, never on disk.
 *
 * @example
 * const root = leaves.add(chunkHashes(update))
 * leaves.get(root)
 */
export class KeptLeaves {
  readonly #limit: number
  readonly #kept = new Map<Hash, Uint8Array>()
  #bytes = 0

  constructor({ limit = 64 * 1024 ** 2 }: KeptLeavesOptions = {}) {
    this.#limit = limit
  }

  /**
   * Keeps the hashes of an update, 32 bytes a chunk, one after the other.
   *
   * @returns the root they lead to, which is where they are found again
   */
  add(leaves: Uint8Array): Hash {
    // INVARIANT: the leaves under a root hash to this root. The copy is nobody else's to change.
    const copy = new Uint8Array(new SharedArrayBuffer(leaves.length))
    copy.set(leaves)
    const root = toHex(rootOfLeaves(copy))
    this.#drop(root)
    this.#kept.set(root, copy)
    this.#bytes += copy.length
    for (const old of this.#kept.keys()) {
      if (this.#bytes <= this.#limit) break
      this.#drop(old)
    }
    return root
  }

  get(root: Hash): Uint8Array | undefined {
    return this.#kept.get(root)
  }

  #drop(root: Hash): void {
    this.#bytes -= this.#kept.get(root)?.length ?? 0
    this.#kept.delete(root)
  }
}
