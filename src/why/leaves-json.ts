import { decodeSpec } from '../protocol/spec-json.ts'
import type { Address, Claim, Hash, LedgerLeaf, MemberLeaf } from '../protocol/types.ts'
import type { OpenedSlot, PairRoot, RoundLeaves } from './round-leaves.ts'

/** Hashes and addresses are text in JSON, and integers of the chain are decimal digits. */
type Text<T> = T extends bigint | Hash
  ? string
  : T extends readonly (infer Item)[]
    ? Text<Item>[]
    : T extends object
      ? { [key in keyof T]: Text<T[key]> }
      : T

/** The answer of `/rounds/{round}/members/{address}/why` (src/api), as far as it is held against the claim. */
export interface LeavesJson extends Pick<Text<RoundLeaves>, 'task' | 'round' | 'member' | 'claim' | 'parent'> {
  /** The text of spec.json. */
  spec: string
  rows: (Omit<Text<MemberLeaf>, 'verdict' | 'reason'> & { verdict: number; reason: number })[]
  gram: { hash: string; product: string }[]
  trace: { kind: number; index: number; words: string[] }[]
  norm: { leftHash: string; leftSum: string } | null
  ledgerBefore: SlotJson | null
  ledgerAfter: SlotJson | null
}

interface SlotJson {
  slot: number
  leaf: Text<LedgerLeaf> | null
  path: string[]
}

/**
 * Leaves from JSON whose shape is checked already (`whySchema`). Nothing vouches for what they say: `checkLeaves` does.
 *
 * @throws QuorateError SPEC_INVALID
 * @example const leaves = decodeLeaves(whySchema.parse(await response.json()))
 */
export function decodeLeaves(json: LeavesJson): RoundLeaves {
  return {
    task: BigInt(json.task),
    round: BigInt(json.round),
    member: json.member as Address,
    spec: decodeSpec(json.spec),
    claim: claimOf(json.claim),
    parent: { round: BigInt(json.parent.round), claim: claimOf(json.parent.claim) },
    rows: json.rows.map(
      (row) => ({ ...row, weight: BigInt(row.weight), held: BigInt(row.held), score: BigInt(row.score) }) as MemberLeaf,
    ),
    gram: json.gram.map(({ hash, product }) => pairRoot(hash, product)),
    norm: json.norm && pairRoot(json.norm.leftHash, json.norm.leftSum),
    trace: json.trace.map(({ kind, index, words }) => ({ kind, index, words: words.map(BigInt) })),
    ledgerBefore: slotOf(json.ledgerBefore),
    ledgerAfter: slotOf(json.ledgerAfter),
  }
}

function claimOf(json: Text<Claim>): Claim {
  return { ...json, ledgerTotal: BigInt(json.ledgerTotal) } as Claim
}

function pairRoot(hash: string, product: string): PairRoot {
  return { hash: hash as Hash, product: Number(product) }
}

function slotOf(json: SlotJson | null): OpenedSlot | null {
  if (json === null) return null
  const leaf = json.leaf && ({ ...json.leaf, reward: BigInt(json.leaf.reward) } as LedgerLeaf)
  return { slot: json.slot, leaf, path: json.path as Hash[] }
}
