import { isDeepStrictEqual } from 'node:util'
import { TraceKind } from '../../../src/aggregation/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import { keccak } from '../../../src/protocol/index.ts'
import type { LedgerLeaf, MemberLeaf, Verdict } from '../../../src/protocol/index.ts'
import { ETHER } from './random-round.ts'
import type { Random } from './random-round.ts'

/** Changes one thing of a claim; returns false where the round has nothing of the kind. */
type Mutation = (parts: ClaimParts, random: Random) => boolean

function changeRow(change: (row: MemberLeaf, random: Random) => Partial<MemberLeaf> | undefined): Mutation {
  return (parts, random) => {
    if (parts.rows.length === 0) return false
    const i = random(parts.rows.length)
    const changed = change(parts.rows[i]!, random)
    if (!changed) return false
    parts.rows[i] = { ...parts.rows[i]!, ...changed }
    return true
  }
}

function changeWord(fromEnd: number): Mutation {
  return (parts, random) => {
    const words = parts.transition[random(parts.transition.length)]!
    const at = fromEnd > 0 ? words.length - fromEnd : random(words.length - 4)
    if (at < 0 || at >= words.length || (fromEnd === 0 && words.length === 4)) return false
    words[at] = keccak(words[at]!)
    return true
  }
}

function changeLedger(change: (leaf: LedgerLeaf) => Partial<LedgerLeaf>): Mutation {
  return (parts, random) => {
    const slots = parts.rows.map((row) => row.slot).filter((slot) => parts.ledger.has(slot))
    if (slots.length === 0) return false
    const slot = slots[random(slots.length)]!
    const leaf = parts.ledger.get(slot)!
    parts.ledger = new Map(parts.ledger).set(slot, { ...leaf, ...change(leaf) })
    return true
  }
}

const admitted = (row: MemberLeaf): boolean => row.verdict >= 3
const carries = (row: MemberLeaf): boolean => row.verdict === 3 || row.verdict === 4

/** What a lying operator could change, one at a time, and post. */
export const MUTATIONS: Record<string, Mutation> = {
  'row: stake': changeRow((row) => ({ stake: row.stake + 1n })),
  'row: slot': changeRow((row) => ({ slot: row.slot + 1 })),
  'row: member': changeRow(() => ({ member: `0x${'ee'.repeat(20)}` })),
  'row: unknown verdict': changeRow((row, random) => ({ verdict: (7 + random(249)) as Verdict })),
  'row: weight without right': changeRow((row) => (carries(row) ? undefined : { weight: 1 })),
  'row: score without right': changeRow((row) => (carries(row) ? undefined : { score: 1n })),
  'row: weight': changeRow((row) => (carries(row) ? { weight: row.weight + 1 } : undefined)),
  'row: score': changeRow((row, random) => (carries(row) ? { score: row.score + BigInt(1 + random(9)) } : undefined)),
  'row: other verdict': changeRow((row) =>
    carries(row) ? { verdict: row.verdict === 3 ? 4 : 3 } : row.verdict === 5 ? { verdict: 3 } : undefined,
  ),
  'row: excluded wrongly': changeRow((row, random) =>
    admitted(row) ? { verdict: (1 + random(2)) as Verdict, weight: 0, score: 0n } : undefined,
  ),
  'row: admitted wrongly': changeRow((row) => (row.verdict === 1 || row.verdict === 2 ? { verdict: 3 } : undefined)),
  'rows: one more': (parts) => ++parts.members > 0,
  'rows: one less': (parts) => parts.members > 0 && --parts.members >= 0,
  'rows: swapped': (parts) => {
    if (parts.rows.length < 2) return false
    parts.rows.splice(0, 2, parts.rows[1]!, parts.rows[0]!)
    return true
  },
  'gram: segment': (parts, random) => changeSum(parts, random, 0),
  'gram: node': (parts, random) => changeSum(parts, random, 1),
  'transition: row': changeWord(0),
  'transition: old model': changeWord(4),
  'transition: new model': changeWord(3),
  'transition: old reference': changeWord(2),
  'transition: new reference': changeWord(1),
  'transition: model and leaf': (parts, random) => {
    const c = random(parts.model.length)
    parts.model[c] = parts.transition[c]![parts.transition[c]!.length - 3] = keccak(parts.model[c]!)
    return true
  },
  'transition: a row too many': (parts, random) => {
    parts.transition[random(parts.transition.length)]!.unshift(keccak(new Uint8Array(1)))
    return parts.trace.length > 0
  },
  'model: leaf': (parts, random) => {
    const c = random(parts.model.length)
    parts.model[c] = keccak(parts.model[c]!)
    return true
  },
  'reference: leaf': (parts, random) => {
    if (!parts.reference) return false
    const c = random(parts.reference.length)
    parts.reference[c] = keccak(parts.reference[c]!)
    return true
  },
  'ledger: reward': changeLedger((leaf) => ({ reward: leaf.reward + 1n })),
  'ledger: strikes': changeLedger((leaf) => ({ strikes: leaf.strikes + 1 })),
  'ledger: reputation': changeLedger((leaf) => ({ reputation: (leaf.reputation + 1) & 0xffff })),
  'ledger: extra': changeLedger(() => ({ extra: `0x${'01'.repeat(32)}` })),
  'ledger: total': (parts, random) => {
    parts.ledgerTotal += parts.ledgerTotal > 0n && random(2) === 0 ? -1n : ETHER
    return true
  },
}

/** A mutated copy, or undefined where the mutation has nothing to change. */
export function mutate(honest: ClaimParts, name: string, random: Random): ClaimParts | undefined {
  const posted: ClaimParts = {
    ...honest,
    rows: [...honest.rows],
    gram: honest.gram.map((levels) => levels.map((sums) => [...sums])),
    trace: honest.trace.map((leaf) => ({ ...leaf, words: [...leaf.words] })),
    transition: honest.transition.map((words) => [...words]),
    model: [...honest.model],
    reference: honest.reference && [...honest.reference],
  }
  return MUTATIONS[name]!(posted, random) && !isDeepStrictEqual(posted, honest) ? posted : undefined
}

function changeSum(parts: ClaimParts, random: Random, level: number): boolean {
  if (parts.trace[0]?.kind !== TraceKind.stakes) return false
  const levels = parts.gram[random(parts.gram.length)]
  const sums = levels?.[level]
  if (!sums || (level > 0 && levels.length < 2)) return false
  const i = random(sums.length)
  sums[i] = sums[i]! + (random(2) === 0 ? 1 : -1000)
  return true
}
