import { keccak_256 } from '@noble/hashes/sha3.js'
import { countOf } from './hash-kernel.ts'
import type { HashKernel } from './hash-kernel.ts'

/** The slow, obvious kernel. Tests compare the SIMD kernel with it. */
export const twinHashKernel: HashKernel = {
  name: 'twin',

  hash: (message) => keccak_256(message),

  stream: () => {
    const hash = keccak_256.create()
    return { update: (part) => void hash.update(part), digest: () => hash.digest() }
  },

  hashEach(messages, length) {
    const out = new Uint8Array(32 * countOf(messages.length, length))
    for (let k = 0; k * 32 < out.length; k++) out.set(keccak_256(messages.subarray(k * length, (k + 1) * length)), k * 32)
    return out
  },

  hashInts(values, count) {
    const view = new DataView(new ArrayBuffer(values.length * 4))
    values.forEach((value, k) => view.setInt32(k * 4, value))
    return this.hashEach(new Uint8Array(view.buffer), count * 4)
  },

  pairLeaves(partials, pairs, from, to) {
    const out = new Uint8Array(32 * (to - from))
    const segments = countOf(partials.length, pairs)
    for (let p = from; p < to; p++) {
      let nodes: Node[] = Array.from({ length: segments }, (_, g) => ({ hash: ZERO, sum: BigInt(partials[g * pairs + p]!) }))
      let missing: Node = { hash: ZERO, sum: 0n }
      while (nodes.length > 1) {
        nodes = nodes.flatMap((left, i) => (i % 2 ? [] : [parent(left, nodes[i + 1] ?? missing)]))
        missing = parent(missing, missing)
      }
      const { hash, sum } = nodes[0]!
      out.set(keccak_256(Uint8Array.from([...hash, ...word(sum), ...word(BigInt(p))])), (p - from) * 32)
    }
    return out
  },
}

interface Node {
  hash: Uint8Array
  sum: bigint
}

const ZERO = new Uint8Array(32)

function parent(left: Node, right: Node): Node {
  const preimage = Uint8Array.from([...left.hash, ...word(left.sum), ...right.hash, ...word(right.sum)])
  return { hash: keccak_256(preimage), sum: left.sum + right.sum }
}

/** A 32-byte big-endian two's complement word. */
function word(value: bigint): Uint8Array {
  const hex = BigInt.asUintN(256, value).toString(16).padStart(64, '0')
  return Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16))
}
