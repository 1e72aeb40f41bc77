import { toHex, word } from '../../../../src/protocol/index.ts'
import type { ClaimParts } from '../../../../src/judge/index.ts'
import type { Random } from '../random-round.ts'
import { aboutParts, more } from './values.ts'
import type { Lies } from './values.ts'

/** Lies about inner products, trace, transition, model and reference. */
const lies: Lies = {}
const words = (name: string, change: (parts: ClaimParts, random: Random) => boolean): void => aboutParts(lies, name, change)

const sums =
  (level: number, change: (row: number[], at: number, random: Random, parts: ClaimParts) => void) =>
  (parts: ClaimParts, random: Random): boolean => {
    const levels = parts.gram[random(Math.max(1, parts.gram.length))]
    const at = levels?.[level]
    if (!at || (level > 0 && levels.length < 2)) return false
    change(at, random(at.length), random, parts)
    return true
  }
for (const [name, level] of [
  ['gram.segment', 0],
  ['gram.node', 1],
] as const) {
  words(
    `${name}: high`,
    sums(level, (row_, at, random) => (row_[at]! += Number(more(random)))),
  )
  words(
    `${name}: low`,
    sums(level, (row_, at, random) => (row_[at]! -= Number(more(random)))),
  )
  words(
    `${name}: missing`,
    sums(level, (row_, at) => (row_[at] = 0)),
  )
  words(
    `${name}: owner`,
    sums(level, (row_, at, random, parts) => (row_[at] = parts.gram[random(parts.gram.length)]![level]![at]!)),
  )
}
words('gram leaf: missing', (parts) => parts.gram.pop() !== undefined)
words('gram leaf: extra', (parts) => parts.gram.length > 0 && parts.gram.push(parts.gram[0]!) > 0)

const traced =
  (change: (parts: ClaimParts, place: number, random: Random) => boolean | void) =>
  (parts: ClaimParts, random: Random): boolean =>
    parts.trace.length > 0 && change(parts, random(parts.trace.length), random) !== false
const traceWord = (change: (value: bigint, random: Random, parts: ClaimParts) => bigint) =>
  traced((parts, place, random) => {
    const leaf = parts.trace[place]!.words
    if (leaf.length === 0) return false
    const at = random(leaf.length)
    leaf[at] = change(leaf[at]!, random, parts)
    return true
  })
words(
  'trace.word: high',
  traceWord((value, random) => value + more(random)),
)
words(
  'trace.word: low',
  traceWord((value, random) => value - more(random)),
)
words(
  'trace.word: missing',
  traceWord(() => 0n),
)
words(
  'trace.word: owner',
  traceWord((value, random, { trace }) => trace[random(trace.length)]!.words[0] ?? value),
)
words(
  'trace.words: extra',
  traced((parts, place) => void parts.trace[place]!.words.push(0n)),
)
words(
  'trace.words: missing',
  traced((parts, place) => void parts.trace[place]!.words.pop()),
)
words(
  'trace.kind: high',
  traced((parts, place) => void parts.trace[place]!.kind++),
)
words(
  'trace.kind: low',
  traced((parts, place) => void parts.trace[place]!.kind--),
)
words(
  'trace.index: high',
  traced((parts, place) => void parts.trace[place]!.index++),
)
words(
  'trace.index: low',
  traced((parts, place) => parts.trace[place]!.index-- > 0),
)
words(
  'trace leaf: missing',
  traced((parts, place) => void parts.trace.splice(place, 1)),
)
words(
  'trace leaf: extra',
  traced((parts, place, random) => {
    const { kind, index, words: values } = parts.trace[place]!
    parts.trace.splice(random(parts.trace.length + 1), 0, { kind, index, words: [...values] })
  }),
)
words(
  'trace leaf: owner',
  traced((parts, place) => {
    const other = (place + 1) % parts.trace.length
    ;[parts.trace[place], parts.trace[other]] = [parts.trace[other]!, parts.trace[place]!]
  }),
)

const nearWord = (value: Uint8Array, step: bigint): Uint8Array => word(BigInt.asUintN(256, BigInt(toHex(value)) + step))
/** `fromEnd`: 4 old model, 3 new model, 2 old reference, 1 new reference; 0 the hash of a row. */
const transition =
  (fromEnd: number, change: (value: Uint8Array, random: Random, parts: ClaimParts, chunk: number) => Uint8Array | undefined) =>
  (parts: ClaimParts, random: Random): boolean => {
    const chunk = random(parts.transition.length)
    const leaf = parts.transition[chunk]!
    if (fromEnd === 0 && leaf.length === 4) return false
    const at = fromEnd > 0 ? leaf.length - fromEnd : random(leaf.length - 4)
    const changed = change(leaf[at]!, random, parts, chunk)
    if (!changed) return false
    leaf[at] = changed
    return true
  }
for (const [name, fromEnd] of [
  ['row hash', 0],
  ['old model', 4],
  ['new model', 3],
  ['old reference', 2],
  ['new reference', 1],
] as const) {
  words(
    `transition.${name}: high`,
    transition(fromEnd, (value) => nearWord(value, 1n)),
  )
  words(
    `transition.${name}: low`,
    transition(fromEnd, (value) => nearWord(value, -1n)),
  )
  words(
    `transition.${name}: missing`,
    transition(fromEnd, () => new Uint8Array(32)),
  )
  words(
    `transition.${name}: owner`,
    transition(fromEnd, (_, random, parts) => {
      const leaf = parts.transition[random(parts.transition.length)]!
      return leaf[random(leaf.length)]
    }),
  )
}
words(
  'transition.old model: time',
  transition(4, (_, __, { transition: leaves }, chunk) => leaves[chunk]!.at(-3)),
)
words(
  'transition.new model: time',
  transition(3, (_, __, { transition: leaves }, chunk) => leaves[chunk]!.at(-4)),
)
words(
  'transition.old reference: time',
  transition(2, (_, __, { transition: leaves }, chunk) => leaves[chunk]!.at(-1)),
)
words(
  'transition.new reference: time',
  transition(1, (_, __, { transition: leaves }, chunk) => leaves[chunk]!.at(-2)),
)
words(
  'transition.row hash: extra',
  (parts, random) =>
    parts.trace.length > 0 && parts.transition[random(parts.transition.length)]!.unshift(new Uint8Array(32).fill(7)) > 0,
)
words(
  'transition words: missing',
  (parts, random) => parts.transition[random(parts.transition.length)]!.splice(1 + random(3)).length > 0,
)

for (const tree of ['model', 'reference'] as const) {
  const leaf =
    (change: (value: Uint8Array, random: Random, leaves: Uint8Array[], parts: ClaimParts, c: number) => Uint8Array) =>
    (parts: ClaimParts, random: Random): boolean => {
      const leaves = parts[tree]
      if (!leaves) return false
      const c = random(leaves.length)
      leaves[c] = change(leaves[c]!, random, leaves, parts, c)
      return true
    }
  words(
    `${tree} leaf: high`,
    leaf((value) => nearWord(value, 1n)),
  )
  words(
    `${tree} leaf: low`,
    leaf((value) => nearWord(value, -1n)),
  )
  words(
    `${tree} leaf: missing`,
    leaf(() => new Uint8Array(32)),
  )
  words(
    `${tree} leaf: owner`,
    leaf((_, random, leaves) => leaves[random(leaves.length)]!),
  )
  words(
    `${tree} leaf: time`,
    leaf((_, __, ___, parts, c) => parts.transition[c]!.at(tree === 'model' ? -4 : -2)!),
  )
}

export const TREE_LIES: Readonly<Lies> = lies
