import { bytesToNumber, hexToBytes, keccak256, stringToBytes } from 'viem'

/** A seeded source of randomness. Two sources made from the same parts give the same values on every machine. */
export interface Random {
  /** A whole number in 0…2^32 − 1. */
  uint32(): number
  /** A number in [0, 1) with 32 random bits. */
  unit(): number
  /** Fills an array with what as many calls of `uint32` would give, several times faster. */
  uint32s(words: Uint32Array): void
  /** A whole number in 0…bound − 1. */
  below(bound: number): number
  /** A standard normal value (Box and Muller 1958); its last bits may differ between JavaScript engines. */
  normal(): number
}

/**
 * A stream for a seed and a purpose: xoshiro128** whose state is the first 16 bytes of keccak256(JSON(parts)). Not for secrets.
 *
 * @example createRandom(7, 'shuffle', step).below(10)
 */
export function createRandom(...parts: readonly (string | number)[]): Random {
  const seed = hexToBytes(keccak256(stringToBytes(JSON.stringify(parts))))
  const state = Uint32Array.from({ length: 4 }, (_, word) => bytesToNumber(seed.subarray(4 * word, 4 * word + 4)))
  const uint32 = xoshiro128(state)
  const unit = (): number => uint32() / 2 ** 32
  return {
    uint32,
    unit,
    uint32s: (words) => fillWords(state, words),
    // The bias of at most bound / 2^32 matters to nothing that is sampled here.
    below: (bound) => Math.floor(unit() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
  }
}

/** xoshiro128** 1.1 (Blackman and Vigna 2018): 32 bits a call from a state of four words, which it changes. */
export function xoshiro128(state: Uint32Array): () => number {
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(state[1]!, 5), 7), 9) >>> 0
    const shifted = state[1]! << 9
    state[2]! ^= state[0]!
    state[3]! ^= state[1]!
    state[1]! ^= state[2]!
    state[0]! ^= state[3]!
    state[2]! ^= shifted
    state[3] = rotateLeft(state[3]!, 11)
    return result
  }
}

/** `xoshiro128` for a whole array: its state stays in registers. */
function fillWords(state: Uint32Array, words: Uint32Array): void {
  let [a, b, c, d] = [state[0]! | 0, state[1]! | 0, state[2]! | 0, state[3]! | 0]
  for (let k = 0; k < words.length; k++) {
    words[k] = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9)
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotateLeft(d, 11)
  }
  state.set([a, b, c, d])
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/** Shuffles in place (Fisher and Yates) and returns the same array. */
export function shuffle<T extends Uint32Array | unknown[]>(items: T, random: Random): T {
  for (let last = items.length - 1; last > 0; last--) {
    const other = random.below(last + 1)
    const held = items[last]!
    items[last] = items[other]!
    items[other] = held
  }
  return items
}
