import type { Address, Hash } from '../../../src/protocol/index.ts'
import { makeUpdate } from '../task.ts'
import type { UpdateKind } from '../task.ts'

/** Updates by root, and who serves them. Honest nodes serve what they hold; the others serve whom they like. */
export class Updates {
  readonly #bytes = new Map<Hash, Int8Array>()
  readonly #made = new Map<string, Hash>()
  /** Lower-case owners that answer everybody who asks for the root. */
  readonly #served = new Map<Hash, Set<Address>>()

  /** The update of a member for a round; made once. */
  make(kind: UpdateKind, round: bigint, seed: number): Hash {
    const name = `${kind} ${round} ${seed}`
    const known = this.#made.get(name)
    if (known) return known
    const { root, bytes } = makeUpdate(kind, round, seed)
    this.#bytes.set(root, bytes)
    this.#made.set(name, root)
    return root
  }

  serve(root: Hash, who: Address): void {
    this.#served.set(root, (this.#served.get(root) ?? new Set()).add(who))
  }

  isServed(root: Hash): boolean {
    return (this.#served.get(root)?.size ?? 0) > 0
  }

  bytes(root: Hash): Int8Array | undefined {
    return this.#bytes.get(root)
  }

  /** Forgets updates of rounds long past. */
  clear(): void {
    this.#bytes.clear()
    this.#made.clear()
    this.#served.clear()
  }
}
