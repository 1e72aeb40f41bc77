import { countOf, MAX_SEGMENTS } from './hash-kernel.ts'
import type { HashKernel, HashStream } from './hash-kernel.ts'
import { HASH_WASM } from './hash-wasm.ts'

interface Exports {
  memory: WebAssembly.Memory
  begin(): void
  update(input: number, blocks: number): void
  end(input: number, length: number, output: number): void
  hashEach(input: number, length: number, count: number, output: number): void
  swapWords(at: number, bytes: number): void
  pairLeaves(sums: number, segments: number, depth: number, pair: number, output: number): void
}

// Linear memory (25 pages): the kernel's own state below 64 KiB, messages, hashes. What is larger passes through in tiles.
const INPUT = 65_536
const INPUT_BYTES = 1_048_576
const OUTPUT = INPUT + INPUT_BYTES
const OUTPUT_BYTES = 524_288
/** Bytes of one block of keccak256. */
const RATE = 136
/** A long message is absorbed this much at a time. */
const LONG = Math.floor(INPUT_BYTES / RATE) * RATE

/**
 * The SIMD kernel with 1.6 MiB of its own memory. Compiling takes a few milliseconds: `hashKernel()` keeps one for the whole process.
 *
 * @example wasmHashKernel().hashEach(update, 256)
 */
export function wasmHashKernel(): HashKernel {
  const module = new WebAssembly.Module(Uint8Array.from(atob(HASH_WASM), (char) => char.charCodeAt(0)))
  const wasm = instantiate(module)
  const { buffer } = wasm.memory
  const bytes = new Uint8Array(buffer)
  const sums = new Int32Array(buffer, INPUT, INPUT_BYTES / 4)

  function hashLong(message: Uint8Array): Uint8Array {
    wasm.begin()
    let from = 0
    for (; message.length - from >= LONG; from += LONG) {
      bytes.set(message.subarray(from, from + LONG), INPUT)
      wasm.update(INPUT, LONG / RATE)
    }
    bytes.set(message.subarray(from), INPUT)
    const blocks = Math.floor((message.length - from) / RATE)
    wasm.update(INPUT, blocks)
    wasm.end(INPUT + blocks * RATE, message.length - from - blocks * RATE, OUTPUT)
    return bytes.slice(OUTPUT, OUTPUT + 32)
  }

  /** @param swap turns the words around: the messages are int32 values of this machine, to be hashed big-endian */
  function hashEach(messages: Uint8Array, length: number, swap: boolean): Uint8Array {
    const count = countOf(messages.length, length)
    const out = new Uint8Array(32 * count)
    const tile = Math.floor(Math.min(INPUT_BYTES / length, OUTPUT_BYTES / 32))
    for (let from = 0; from < count; from += tile) {
      const some = Math.min(tile, count - from)
      bytes.set(messages.subarray(from * length, (from + some) * length), INPUT)
      if (swap) wasm.swapWords(INPUT, some * length)
      wasm.hashEach(INPUT, length, some, OUTPUT)
      out.set(bytes.subarray(OUTPUT, OUTPUT + some * 32), from * 32)
    }
    return out
  }

  function hash(message: Uint8Array): Uint8Array {
    if (message.length > INPUT_BYTES) return hashLong(message)
    bytes.set(message, INPUT)
    wasm.hashEach(INPUT, message.length, 1, OUTPUT)
    return bytes.slice(OUTPUT, OUTPUT + 32)
  }

  /** Most streams have one part: only a second one needs an instance. */
  function stream(): HashStream {
    let only: Uint8Array | undefined
    let many: HashStream | undefined
    return {
      update(part) {
        if (!many && only) {
          many = hashStream(instantiate(module))
          many.update(only)
        }
        if (many) many.update(part)
        else only = part.slice()
      },
      digest: () => many?.digest() ?? hash(only ?? new Uint8Array()),
    }
  }

  return {
    name: 'wasm',
    hash,
    stream,

    hashEach(messages, length) {
      if (length <= INPUT_BYTES) return hashEach(messages, length, false)
      const out = new Uint8Array(32 * countOf(messages.length, length))
      for (let k = 0; k * 32 < out.length; k++) out.set(hashLong(messages.subarray(k * length, (k + 1) * length)), k * 32)
      return out
    },

    hashInts(values, count) {
      if (count % 4 !== 0 || count * 4 > INPUT_BYTES) fail(`messages of ${count} values are not whole vectors that fit`)
      return hashEach(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), count * 4, true)
    },

    pairLeaves(partials, pairs, from, to) {
      const segments = countOf(partials.length, pairs)
      if (segments < 1 || segments > MAX_SEGMENTS) fail(`a pair has 1 to ${MAX_SEGMENTS} segments, got ${segments}`)
      const depth = 32 - Math.clz32(segments - 1)
      const out = new Uint8Array(32 * (to - from))
      for (let p = from; p < to; p += 2) {
        // The last of an odd number of pairs goes beside itself.
        const twin = p + 1 < to ? 1 : 0
        for (let g = 0, at = p; g < segments; g++, at += pairs) {
          sums[2 * g] = partials[at]!
          sums[2 * g + 1] = partials[at + twin]!
        }
        wasm.pairLeaves(INPUT, segments, depth, p, OUTPUT)
        out.set(bytes.subarray(OUTPUT, OUTPUT + 32 * (1 + twin)), (p - from) * 32)
      }
      return out
    },
  }
}

function instantiate(module: WebAssembly.Module): Exports {
  // The stub runtime calls this for a failed assertion; the kernel makes none.
  const env = { abort: () => fail('the hash kernel aborted') }
  return new WebAssembly.Instance(module, { env }).exports as unknown as Exports
}

/** A stream has an instance of its own, because the state of a message stays in it between two parts. */
function hashStream(wasm: Exports): HashStream {
  const bytes = new Uint8Array(wasm.memory.buffer)
  /** Bytes at INPUT that are not absorbed. */
  let filled = 0
  wasm.begin()
  return {
    update(part) {
      for (let from = 0; from < part.length;) {
        const some = part.subarray(from, from + INPUT_BYTES - filled)
        bytes.set(some, INPUT + filled)
        from += some.length
        filled += some.length
        const blocks = Math.floor(filled / RATE)
        wasm.update(INPUT, blocks)
        bytes.copyWithin(INPUT, INPUT + blocks * RATE, INPUT + filled)
        filled -= blocks * RATE
      }
    },

    digest() {
      wasm.end(INPUT, filled, OUTPUT)
      return bytes.slice(OUTPUT, OUTPUT + 32)
    },
  }
}

function fail(message: string): never {
  throw new RangeError(message)
}
