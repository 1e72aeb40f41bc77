import type { Random } from './random.ts'

const LONGEST = 1 << 20
/** Varints and lengths at the ends of their ranges. */
const EDGES: readonly Uint8Array[] = [
  [0],
  [1],
  [0x7f],
  [0x80],
  [0xff],
  [0x80, 0x00],
  [0x80, 0x80, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0, 0, 0, 0],
  [0xff, 0xff, 0xff, 0xff],
  [0x7f, 0xff, 0xff, 0xff],
  [0x00, 0x00, 0x00, 0x01],
].map((bytes) => Uint8Array.from(bytes))

type Change = (bytes: Uint8Array, random: Random, seeds: readonly Uint8Array[]) => Uint8Array

const splice = (bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array => {
  const out = new Uint8Array(Math.min(LONGEST, bytes.length - remove + insert.length))
  out.set(bytes.subarray(0, at))
  out.set(insert.subarray(0, out.length - at), at)
  out.set(bytes.subarray(at + remove).subarray(0, out.length - at - insert.length), Math.min(out.length, at + insert.length))
  return out
}
const part = (bytes: Uint8Array, random: Random): { at: number; length: number } => {
  const at = random.below(bytes.length + 1)
  return { at, length: Math.min(bytes.length - at, random.oneIn(3) ? random.below(bytes.length + 1) : random.below(9)) }
}

const CHANGES: readonly Change[] = [
  function flip(bytes, random) {
    const out = bytes.slice()
    if (out.length > 0) out[random.below(out.length)]! ^= 1 << random.below(8)
    return out
  },
  function set(bytes, random) {
    const out = bytes.slice()
    if (out.length > 0) out[random.below(out.length)] = random.below(256)
    return out
  },
  function edge(bytes, random) {
    const with_ = random.pick(EDGES)
    const at = random.below(bytes.length + 1)
    return splice(bytes, at, random.oneIn(2) ? Math.min(with_.length, bytes.length - at) : 0, with_)
  },
  function remove(bytes, random) {
    const { at, length } = part(bytes, random)
    return splice(bytes, at, length, new Uint8Array())
  },
  function repeat(bytes, random) {
    const { at, length } = part(bytes, random)
    return splice(bytes, at, 0, bytes.slice(at, at + length))
  },
  function truncate(bytes, random) {
    return bytes.slice(0, random.below(bytes.length + 1))
  },
  function insert(bytes, random) {
    return splice(
      bytes,
      random.below(bytes.length + 1),
      0,
      Uint8Array.from({ length: 1 + random.below(8) }, () => random.below(256)),
    )
  },
  function exchange(bytes, random, seeds) {
    const other = random.pick(seeds)
    const { at, length } = part(bytes, random)
    const from = part(other, random)
    return splice(bytes, at, length, other.slice(from.at, from.at + from.length))
  },
]

/** A few changes of a valid input, or a few random bytes. */
export function mutateBytes(seeds: readonly Uint8Array[], random: Random): Uint8Array {
  if (random.oneIn(200)) return Uint8Array.from({ length: random.below(64) }, () => random.below(256))
  let bytes = random.pick(seeds)
  for (let changes = 1 + random.below(random.oneIn(4) ? 8 : 2); changes > 0; changes--)
    bytes = random.pick(CHANGES)(bytes, random, seeds)
  return bytes
}
