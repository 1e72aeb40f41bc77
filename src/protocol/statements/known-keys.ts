import { lowerHex } from '../bytes.ts'
import { CURVE_TABLES, wasmCurveKernel } from '../kernels/index.ts'
import type { CurveKernel } from '../kernels/index.ts'
import type { Address, Hash, Hex } from '../types.ts'

/** Order of secp256k1 (SEC 2, 2.4.1). */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/**
 * Public keys of accounts whose signature was recovered before, the `capacity` that were used last. A signature is checked against a known key twenty times
 * faster than its key is recovered.
 *
 *     recovery   Q' = (s·R - z·G) / r, R being the point with x = r and the parity that v tells; accept if Q' is the key
 *     here       R' = (z·G + r·Q) / s, Q being the key; accept if R' has x = r and that parity
 *
 * Both say s·R = z·G + r·Q, so they accept the same signatures.
 */
export class KnownKeys {
  /** Places of tables by lower-case address, the one used last at the end. */
  readonly #places = new Map<string, number>()
  readonly #capacity: number
  /** Made with the first key. */
  #kernel: CurveKernel | undefined

  /** @param capacity at most `CURVE_TABLES` */
  constructor(capacity: number = CURVE_TABLES) {
    this.#capacity = capacity
  }

  /** Remembers the key of an account. @param publicKey 65 bytes, of a point that was recovered: it is not checked to lie on the curve */
  learn(signer: Address, publicKey: Hex): void {
    const name = lowerHex(signer)
    if (this.#places.has(name)) return
    const place = this.#places.size < this.#capacity ? this.#places.size : this.#oldest()
    this.#kernel ??= wasmCurveKernel()
    this.#kernel.makeTable(place, { x: BigInt(`0x${publicKey.slice(4, 68)}`), y: BigInt(`0x${publicKey.slice(68, 132)}`) })
    this.#places.set(name, place)
  }

  /**
   * True when the signature over the digest is that of the account, and its key is known. False says nothing: the caller recovers the key.
   *
   * @param signature 65 bytes, its last one 27 or 28
   */
  verifies(digest: Hash, signature: Hex, signer: Address): boolean {
    const name = lowerHex(signer)
    const place = this.#places.get(name)
    if (place === undefined || !this.#kernel) return false
    this.#places.delete(name)
    this.#places.set(name, place)
    const [r, s] = [BigInt(`0x${signature.slice(2, 66)}`), BigInt(`0x${signature.slice(66, 130)}`)]
    if (r === 0n || r >= ORDER || s === 0n || s >= ORDER) return false
    const inverse = inverseOf(s)
    const point = this.#kernel.sum((BigInt(digest) * inverse) % ORDER, place, (r * inverse) % ORDER)
    const parity = BigInt(`0x${signature.slice(130)}`) - 27n
    return point !== undefined && point.x === r && (point.y & 1n) === parity
  }

  /** Forgets the key that was used longest ago. @returns its place */
  #oldest(): number {
    const [name, place] = this.#places.entries().next().value!
    this.#places.delete(name)
    return place
  }
}

/** 1 / value modulo the order, by Euclid's algorithm. @param value 1 … ORDER - 1 */
function inverseOf(value: bigint): bigint {
  let [a, b, x, y] = [value, ORDER, 1n, 0n]
  while (a > 1n) {
    const quotient = b / a
    ;[a, b] = [b - quotient * a, a]
    ;[x, y] = [y - quotient * x, x]
  }
  return x < 0n ? x + ORDER : x
}
