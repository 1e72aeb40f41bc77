import { hashRow } from '../engine/index.ts'
import type { HashedBytes, RowChecks } from '../engine/index.ts'
import { rootOfLeaves, toHex } from '../protocol/index.ts'
import type { Hash } from '../protocol/index.ts'

export interface KeptLeavesOptions {
  /** Most memory they take, bytes; the oldest go first. Default 64 MiB: an eighth of 512 MiB of updates. */
  limit?: number
  /** Reads a row in a file; on this thread if left out. */
  verify?: (file: string, segments: number) => Promise<HashedBytes>
}

/** Updates of which anything is kept, however small they are: a round has 128 at most. Their checks take a two-thousandth of the update. */
const UPDATES = 1024

/**
 * What this node knows of the bytes of updates that it verified or made: their chunk hashes, and the checks that tell whether a file still
 * holds these bytes. The claim's transition tree is built from the hashes. Beyond the limit the chunks are hashed again; after a restart a
 * file is verified again (`verify`). In memory that threads share, never on disk.
 *
 * @example
 * const root = leaves.add(chunkHashes(update), checks)
 * leaves.get(root)
 */
export class KeptLeaves {
  readonly #limit: number
  readonly #verify: NonNullable<KeptLeavesOptions['verify']>
  readonly #kept = new Map<Hash, Uint8Array>()
  readonly #checks = new Map<Hash, RowChecks>()
  #bytes = 0
  #forgotten = 0

  constructor({ limit = 64 * 1024 ** 2, verify = async (file, segments) => hashRow(file, segments) }: KeptLeavesOptions = {}) {
    this.#limit = limit
    this.#verify = verify
  }

  /**
   * Keeps the hashes of an update, 32 bytes a chunk, one after the other.
   *
   * @param checks of the same bytes
   * @returns the root they lead to, which is where they are found again
   */
  add(leaves: Uint8Array, checks?: RowChecks): Hash {
    // INVARIANT: the leaves under a root hash to this root. The copy is nobody else's to change.
    const copy = new Uint8Array(new SharedArrayBuffer(leaves.length))
    copy.set(leaves)
    const root = toHex(rootOfLeaves(copy))
    this.#drop(root)
    this.#kept.set(root, copy)
    this.#bytes += copy.length
    for (const old of this.#kept.keys()) {
      if (this.#bytes <= this.#limit && this.#kept.size <= UPDATES) break
      this.#drop(old)
    }
    if (checks) {
      this.#checks.delete(root)
      this.#checks.set(root, checks)
      if (this.#checks.size > UPDATES) this.#checks.delete(this.#checks.keys().next().value!)
    }
    return root
  }

  /**
   * Hashes a file once and keeps what it finds, under the root that the bytes lead to.
   *
   * @returns that root
   * @throws QuorateError STORAGE_FAILED, UPDATE_LENGTH
   */
  async verify(file: string, segments: number): Promise<Hash> {
    const { leaves, checks } = await this.#verify(file, segments)
    return this.add(leaves, checks)
  }

  get(root: Hash): Uint8Array | undefined {
    return this.#kept.get(root)
  }

  /** What the bytes of the update are held against when they are read again; undefined for one that this process has not verified. */
  checks(root: Hash): RowChecks | undefined {
    return this.#checks.get(root)
  }

  /** How often a file was not what had been verified: who finds the number changed has read from such a file. */
  get forgotten(): number {
    return this.#forgotten
  }

  /** The file is not what was verified. Whoever needs the update next verifies it anew. */
  forget(root: Hash): void {
    this.#forgotten++
    this.#drop(root)
    this.#checks.delete(root)
  }

  #drop(root: Hash): void {
    this.#bytes -= this.#kept.get(root)?.length ?? 0
    this.#kept.delete(root)
  }
}
