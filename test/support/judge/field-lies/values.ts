import { commitmentsHash, Reason, toHex, word, ZERO_HASH } from '../../../../src/protocol/index.ts'
import type { Address, Hash } from '../../../../src/protocol/index.ts'
import type { ClaimParts } from '../../../../src/judge/index.ts'
import type { Mutation, Posted } from '../mutations.ts'
import type { Random } from '../random-round.ts'

/** Lies by the name of their cell. */
export type Lies = Record<string, Mutation>

/** The operator sealed the rows of its claim, with the lie in them. */
export function sealToo(posted: Posted): void {
  const { known, parts } = posted
  const seal = { ...known.facts.seal, digest: commitmentsHash(parts.rows), count: parts.rows.length }
  posted.known = { ...known, facts: { ...known.facts, seal } }
}
export const near = (hash: Hash, step: bigint): Hash => toHex(word(BigInt.asUintN(256, BigInt(hash) + step)))
export const nearAddress = (address: Address, step: bigint): Address =>
  `0x${BigInt.asUintN(160, BigInt(address) + step)
    .toString(16)
    .padStart(40, '0')}`
export const more = (random: Random): bigint => BigInt([1, 1 + random(1000)][random(2)]!)
/** What a row without verdict of the rule has. */
export const BARE = { beta: 0, score: 0n, reason: Reason.none, reasonArg: ZERO_HASH } as const

/** Puts a lie about the parts of a claim into a table. */
export function aboutParts(lies: Lies, name: string, change: (parts: ClaimParts, random: Random) => boolean): void {
  lies[name] = ({ parts }, random) => change(parts, random)
}
