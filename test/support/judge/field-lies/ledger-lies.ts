import { encodeEvidence, evidenceOf } from '../../../../src/aggregation/index.ts'
import { ZERO_HASH } from '../../../../src/protocol/index.ts'
import type { Hash, LedgerLeaf } from '../../../../src/protocol/index.ts'
import type { ClaimParts } from '../../../../src/judge/index.ts'
import type { Mutation, Posted } from '../mutations.ts'
import { MEMBERS } from '../random-round.ts'
import type { Random } from '../random-round.ts'
import { aboutParts, more, near, nearAddress } from './values.ts'
import type { Lies } from './values.ts'

/** Lies about the ledger, its total, and the seal. */
const lies: Lies = {}
const words = (name: string, change: (parts: ClaimParts, random: Random) => boolean): void => aboutParts(lies, name, change)

/** The ledger leaf of a slot that has one, with or without a row; changed, or gone. */
function ledger(
  name: string,
  change: (leaf: LedgerLeaf, random: Random, parts: ClaimParts, slot: number) => Partial<LedgerLeaf> | undefined,
  slotsOf: (parts: ClaimParts) => number[] = (parts) => [...parts.ledger.keys()],
): void {
  lies[name] = ({ parts }, random) => {
    const slots = slotsOf(parts).filter((slot) => parts.ledger.has(slot))
    if (slots.length === 0) return false
    const slot = slots[random(slots.length)]!
    const leaf = parts.ledger.get(slot)!
    const changed = change(leaf, random, parts, slot)
    if (!changed) return false
    parts.ledger = new Map(parts.ledger).set(slot, { ...leaf, ...changed })
    return true
  }
}
const other = (parts: ClaimParts, slot: number, random: Random): LedgerLeaf | undefined => {
  const leaves = [...parts.ledger].filter(([at]) => at !== slot)
  return leaves[random(Math.max(1, leaves.length))]?.[1]
}
ledger('ledger.member: high', ({ member }) => ({ member: nearAddress(member, 1n) }))
ledger('ledger.member: low', ({ member }) => ({ member: nearAddress(member, -1n) }))
ledger('ledger.member: missing', () => ({ member: `0x${'00'.repeat(20)}` }))
ledger(
  'ledger.member: owner',
  (_, random, parts, slot) => other(parts, slot, random) && { member: other(parts, slot, random)!.member },
)
ledger('ledger.reward: high', ({ reward }, random) => ({ reward: reward + more(random) }))
ledger('ledger.reward: low', ({ reward }) => (reward > 0n ? { reward: reward - 1n } : undefined))
ledger('ledger.reward: missing', ({ reward }) => (reward > 0n ? { reward: 0n } : undefined))
for (const field of ['strikes', 'reputation'] as const) {
  ledger(`ledger.${field}: high`, (leaf, random) => ({ [field]: leaf[field] + Number(more(random)) }))
  ledger(`ledger.${field}: low`, (leaf) => (leaf[field] > 0 ? { [field]: leaf[field] - 1 } : undefined))
  ledger(`ledger.${field}: missing`, (leaf) => (leaf[field] > 0 ? { [field]: 0 } : undefined))
}
for (const field of ['reward', 'strikes', 'reputation', 'extra'] as const) {
  ledger(`ledger.${field}: owner`, (_, random, parts, slot) => {
    const leaf = other(parts, slot, random)
    return leaf && { [field]: leaf[field] }
  })
  ledger(
    `ledger.${field}: time`,
    (leaf, _, { previous }, slot) => {
      const before = { reward: 0n, strikes: 0, reputation: 0, extra: ZERO_HASH, ...previous.ledger.get(slot) }[field]
      return before === leaf[field] ? undefined : { [field]: before }
    },
    ({ rows }) => rows.map(({ slot }) => slot),
  )
}
const evidence =
  (change: (value: ReturnType<typeof evidenceOf>) => Partial<ReturnType<typeof evidenceOf>>) =>
  ({ extra }: LedgerLeaf): Partial<LedgerLeaf> => {
    const value = evidenceOf(extra)
    return { extra: encodeEvidence({ ...value, ...change(value) }) }
  }
ledger('ledger.extra: high', (leaf, random) =>
  evidence((value) => [{ wealth: value.wealth + 1 }, { until: value.until + 16n }, { since: value.since + 1n }][random(3)]!)(
    leaf,
  ),
)
ledger('ledger.extra: low', (leaf) => evidence(({ wealth }) => ({ wealth: wealth - 1 }))(leaf))
ledger('ledger.extra: missing', ({ extra }) => (extra === ZERO_HASH ? undefined : { extra: ZERO_HASH }))
lies['ledger leaf: missing'] = ({ parts }, random) => {
  const slots = [...parts.ledger.keys()]
  if (slots.length === 0) return false
  parts.ledger = new Map(parts.ledger)
  return (parts.ledger as Map<number, LedgerLeaf>).delete(slots[random(slots.length)]!)
}
lies['ledger leaf: extra'] = ({ parts }, random) => {
  const slot = random(1024)
  if (parts.ledger.has(slot)) return false
  const leaf = { member: MEMBERS[0]!.member, reward: BigInt(random(2)), strikes: 0, reputation: 0, extra: ZERO_HASH }
  parts.ledger = new Map(parts.ledger).set(slot, leaf)
  return true
}
lies['ledger leaf: time'] = ({ parts }, random) => {
  const slots = parts.rows.map(({ slot }) => slot).filter((slot) => parts.previous.ledger.has(slot))
  if (slots.length === 0) return false
  const slot = slots[random(slots.length)]!
  parts.ledger = new Map(parts.ledger).set(slot, parts.previous.ledger.get(slot)!)
  return true
}
words('claim.ledgerTotal: high', (parts, random) => {
  // More than one reward beyond the parent cannot be posted.
  const room = parts.parent.claim.ledgerTotal + parts.spec.rewardPerRound - parts.ledgerTotal
  if (room <= 0n) return false
  const added = more(random)
  parts.ledgerTotal += added < room ? added : room
  return true
})
words('claim.ledgerTotal: low', (parts) => parts.ledgerTotal > 0n && (parts.ledgerTotal -= 1n) >= 0n)
words('claim.ledgerTotal: missing', (parts) => parts.ledgerTotal > 0n && (parts.ledgerTotal = 0n) === 0n)
words('claim.ledgerTotal: time', (parts) => (parts.ledgerTotal = parts.parent.claim.ledgerTotal) >= 0n)
words('seal.count: high', (parts) => ++parts.members > 0)
words('seal.count: low', (parts) => parts.members > 0 && --parts.members >= 0)
lies['seal.digest: high'] = digest(1n)
lies['seal.digest: low'] = digest(-1n)
lies['seal.digest: missing'] = (posted) => setDigest(posted, ZERO_HASH)

function digest(step: bigint): Mutation {
  return (posted) => setDigest(posted, near(posted.known.facts.seal.digest, step))
}

function setDigest(posted: Posted, value: Hash): boolean {
  const { known } = posted
  posted.known = { ...known, facts: { ...known.facts, seal: { ...known.facts.seal, digest: value } } }
  return true
}

export const LEDGER_LIES: Readonly<Lies> = lies
