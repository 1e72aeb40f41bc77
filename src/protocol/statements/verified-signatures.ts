import { lowerHex } from '../bytes.ts'
import type { Address, Hash, Hex } from '../types.ts'

/** A round of 128 members has about 512 statements, so several rounds fit; about a megabyte. */
const CAPACITY = 4096

/**
 * Signatures that were checked and found valid, the newest `capacity` of them. Whether a signature is valid depends on nothing but the three values kept, so an
 * entry never becomes wrong. Signatures that are not valid are not kept: a peer can make them without end, and they would push the others out.
 */
export class VerifiedSignatures {
  readonly #known = new Set<string>()
  readonly #capacity: number

  constructor(capacity: number = CAPACITY) {
    this.#capacity = capacity
  }

  has(digest: Hash, signature: Hex, signer: Address): boolean {
    return this.#known.has(keyOf(digest, signature, signer))
  }

  /** Only for a signature that was checked. The oldest entry goes when there are too many. */
  add(digest: Hash, signature: Hex, signer: Address): void {
    this.#known.add(keyOf(digest, signature, signer))
    if (this.#known.size > this.#capacity) this.#known.delete(this.#known.values().next().value!)
  }
}

function keyOf(digest: Hash, signature: Hex, signer: Address): string {
  return lowerHex(`${digest}${signature.slice(2)}${signer.slice(2)}`)
}
