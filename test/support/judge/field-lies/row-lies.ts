import { commitmentOf, isCertified, Reason, toHex, Verdict, word, ZERO_HASH } from '../../../../src/protocol/index.ts'
import type { MemberLeaf } from '../../../../src/protocol/index.ts'
import { MUTATIONS } from '../mutations.ts'
import type { Posted } from '../mutations.ts'
import { MEMBERS, TASK } from '../random-round.ts'
import type { Random } from '../random-round.ts'
import { hashOfSignature } from '../signed-round.ts'
import { BARE, more, near, nearAddress, sealToo } from './values.ts'
import type { Lies } from './values.ts'

/** Lies about members rows. */
const lies: Lies = {}

/** Any row, or any that fits; undefined where there is none. */
function pickRow(
  { parts }: Posted,
  random: Random,
  fits: (row: MemberLeaf, i: number) => boolean = () => true,
): number | undefined {
  const rows = parts.rows.flatMap((row, i) => (fits(row, i) ? [i] : []))
  return rows.length === 0 ? undefined : rows[random(rows.length)]
}

function setRow(posted: Posted, i: number, changes: Partial<MemberLeaf>): boolean {
  posted.parts.rows[i] = { ...posted.parts.rows[i]!, ...changes }
  return true
}

/** The field of a row that fits, changed. */
function row(
  name: string,
  fits: (row: MemberLeaf) => boolean,
  change: (row: MemberLeaf, random: Random, posted: Posted, i: number) => Partial<MemberLeaf> | undefined,
): void {
  lies[name] = (posted, random) => {
    const i = pickRow(posted, random, fits)
    const changed = i === undefined ? undefined : change(posted.parts.rows[i]!, random, posted, i)
    return changed !== undefined && setRow(posted, i!, changed)
  }
}
/** The same lie with and without the seal over it, by chance. */
function sealedRow(
  name: string,
  change: (row: MemberLeaf, random: Random, posted: Posted, i: number) => Partial<MemberLeaf> | undefined,
): void {
  row(name, () => true, change)
  const lie = lies[name]!
  lies[name] = async (posted, random) => {
    if (!(await lie(posted, random))) return false
    if (random(2) === 0) sealToo(posted)
    return true
  }
}

const any = (): boolean => true
const carries = ({ verdict }: MemberLeaf): boolean => verdict === Verdict.accepted || verdict === Verdict.downweighted
const attests = ({ attestationHash }: MemberLeaf): boolean => attestationHash !== ZERO_HASH
const hasRoot = ({ updateRoot }: MemberLeaf): boolean => updateRoot !== ZERO_HASH
/** What another row has in the field. */
function ofAnother<K extends keyof MemberLeaf>(
  field: K,
  posted: Posted,
  i: number,
  random: Random,
  fits = any as (row: MemberLeaf) => boolean,
): Partial<MemberLeaf> | undefined {
  const own = posted.parts.rows[i]![field]
  const others = posted.parts.rows.filter((one, k) => k !== i && fits(one) && one[field] !== own)
  return others.length === 0 ? undefined : { [field]: others[random(others.length)]![field] }
}

sealedRow('row.member: high', ({ member }) => ({ member: nearAddress(member, 1n) }))
sealedRow('row.member: low', ({ member }) => ({ member: nearAddress(member, -1n) }))
sealedRow('row.member: missing', () => ({ member: `0x${'00'.repeat(20)}` }))
sealedRow('row.member: owner', ({ member }, random) => {
  const other = MEMBERS[random(MEMBERS.length)]!.member
  return other === member ? undefined : { member: other }
})
row('row.slot: high', any, ({ slot }, random) => ({ slot: slot + 1 + random(2) }))
row(
  'row.slot: low',
  ({ slot }) => slot > 0,
  ({ slot }, random) => ({ slot: slot - 1 - random(slot) }),
)
row('row.slot: owner', any, (_, random, posted, i) => ofAnother('slot', posted, i, random))
row('row.weight: high', any, ({ weight }, random) => ({ weight: weight + more(random) }))
row('row.weight: low', any, ({ weight }, random) => ({ weight: weight - more(random) }))
row('row.weight: missing', any, () => ({ weight: 0n }))
row('row.weight: owner', any, (_, random, posted, i) => ofAnother('weight', posted, i, random))
sealedRow('row.commitment: high', ({ commitment }) => ({ commitment: near(commitment, 1n) }))
sealedRow('row.commitment: low', ({ commitment }) => ({ commitment: near(commitment, -1n) }))
sealedRow('row.commitment: missing', () => ({ commitment: ZERO_HASH }))
sealedRow('row.commitment: owner', (_, random, posted, i) => ofAnother('commitment', posted, i, random))
sealedRow('row.commitment: time', ({ member }, _, { parts, rows }, i) => ({
  commitment: commitmentOf(TASK, parts.round - 1n, member, rows[i]!.updateRoot ?? ZERO_HASH, ZERO_HASH),
}))
row(
  'row.signatureHash: missing',
  ({ signatureHash }) => signatureHash !== ZERO_HASH,
  (one, _, { known }) => (known.facts.forced.get(one.member) === one.commitment ? undefined : { signatureHash: ZERO_HASH }),
)
row(
  'row.signatureHash: extra',
  ({ signatureHash }) => signatureHash === ZERO_HASH,
  (_, random, posted) => foreignSignature(posted, random),
)
row('row.signatureHash: owner', any, (_, random, posted, i) =>
  ofAnother('signatureHash', posted, i, random, ({ signatureHash }) => signatureHash !== ZERO_HASH),
)
row('row.signatureHash: time', any, ({ member, signatureHash, commitment }, random, { known }) => {
  const said = known.statements.commitments.filter((one) => one.member === member && one.commitment !== commitment)
  const hash = said.length > 0 ? hashOfSignature(said[random(said.length)]!.signature) : signatureHash
  return hash === signatureHash ? undefined : { signatureHash: hash }
})
row('row.updateRoot: high', hasRoot, ({ updateRoot }) => ({ updateRoot: near(updateRoot, 1n) }))
row('row.updateRoot: low', hasRoot, ({ updateRoot }) => ({ updateRoot: near(updateRoot, -1n) }))
row('row.updateRoot: missing', hasRoot, () => ({ updateRoot: ZERO_HASH }))
row(
  'row.updateRoot: extra',
  (one) => !hasRoot(one),
  (_, random, { rows }, i) => ({ updateRoot: rows[i]!.updateRoot ?? toHex(word(BigInt(1 + random(9)))) }),
)
row('row.updateRoot: owner', hasRoot, (_, random, posted, i) => ofAnother('updateRoot', posted, i, random, hasRoot))
row('row.updateRoot: time', hasRoot, ({ member, updateRoot }, random, { known }) => {
  const shown = known.statements.reveals.filter((one) => one.member === member && one.updateRoot !== updateRoot)
  return shown.length === 0 ? undefined : { updateRoot: shown[random(shown.length)]!.updateRoot }
})
const bit = (random: Random, posted: Posted): bigint => 1n << BigInt(random(posted.parts.rows.length))
row('row.held: high', attests, ({ held }, random, posted) => ({ held: held | bit(random, posted) }))
row('row.held: low', attests, ({ held }, random, posted) => ({ held: held & ~bit(random, posted) }))
row(
  'row.held: missing',
  (one) => attests(one) && one.held !== 0n,
  () => ({ held: 0n }),
)
row(
  'row.held: extra',
  (one) => !attests(one),
  (_, random, posted) => ({ held: bit(random, posted) }),
)
row('row.held: owner', attests, (_, random, posted, i) => ofAnother('held', posted, i, random, attests))
row('row.held: time', attests, ({ held }, random) => ({ held: BigInt.asUintN(128, held << BigInt(1 + random(3))) }))
lies['row.attestationHash: missing'] = (posted, random) => {
  const { parts } = posted
  const sealed = parts.rows.reduce((sum, { weight }) => sum + weight, 0n)
  const attesters = parts.rows.flatMap((one, i) => (attests(one) ? [i] : []))
  // One after the other, until too few are left: any other choice is the operator's.
  while (attesters.length > 0) {
    const [i] = attesters.splice(random(attesters.length), 1)
    setRow(posted, i!, { held: 0n, attestationHash: ZERO_HASH })
    const weight = attesters.reduce((sum, k) => sum + parts.rows[k]!.weight, 0n)
    if (!isCertified(weight, sealed, parts.spec)) return true
  }
  return false
}
row(
  'row.attestationHash: extra',
  (one) => !attests(one),
  (_, random, posted) => {
    const forged = foreignSignature(posted, random)
    return forged && { attestationHash: forged.signatureHash }
  },
)
row('row.attestationHash: owner', attests, (_, random, posted, i) => ofAnother('attestationHash', posted, i, random, attests))
row('row.attestationHash: time', attests, ({ member, attestationHash }, random, { known }) => {
  const said = known.statements.attestations.filter(
    (one) => one.member === member && hashOfSignature(one.signature) !== attestationHash,
  )
  return said.length === 0 ? undefined : { attestationHash: hashOfSignature(said[random(said.length)]!.signature) }
})
row(
  'row.verdict quarantined: missing',
  ({ verdict }) => verdict === Verdict.quarantined,
  () => ({ verdict: Verdict.unavailable }),
)
row(
  'row.verdict quarantined: extra',
  ({ verdict }) => verdict !== Verdict.quarantined,
  () => ({
    ...BARE,
    verdict: Verdict.quarantined,
    updateRoot: ZERO_HASH,
  }),
)
row(
  'row.verdict unavailable: missing',
  ({ verdict }) => verdict === Verdict.unavailable,
  (_, __, { rows }, i) => {
    const root = rows[i]!.updateRoot
    return root === null ? undefined : { verdict: Verdict.accepted, updateRoot: root }
  },
)
row(
  'row.verdict unavailable: extra',
  ({ verdict }) => verdict > Verdict.unavailable,
  () => ({
    ...BARE,
    verdict: Verdict.unavailable,
    updateRoot: ZERO_HASH,
  }),
)
row(
  'row.verdict inadmissible: missing',
  ({ verdict }) => verdict === Verdict.inadmissible,
  () => ({ ...BARE, verdict: Verdict.accepted }),
)
row(
  'row.verdict inadmissible: extra',
  ({ verdict }) => verdict > Verdict.inadmissible,
  (_, random, { parts }, i) => ({
    ...BARE,
    verdict: Verdict.inadmissible,
    ...(random(2) === 0 || parts.rows.length < 2
      ? { reason: Reason.value, reasonArg: toHex(word(BigInt(random(parts.transition.length + 1)))) }
      : { reason: Reason.copy, reasonArg: toHex(word(BigInt((i + 1 + random(parts.rows.length - 1)) % parts.rows.length))) }),
  }),
)
row(
  'row.verdict: high',
  (one) => one.verdict >= Verdict.accepted,
  ({ verdict }) => ({ verdict: (verdict + 1) as Verdict }),
)
row(
  'row.verdict: low',
  ({ verdict }) => verdict > Verdict.accepted,
  ({ verdict }) => ({ verdict: (verdict - 1) as Verdict }),
)
row(
  'row.verdict: owner',
  (one) => one.verdict >= Verdict.accepted,
  (_, random, posted, i) => ofAnother('verdict', posted, i, random, ({ verdict }) => verdict >= Verdict.accepted),
)
const refused = ({ verdict }: MemberLeaf): boolean => verdict === Verdict.inadmissible
row('row.reason: high', refused, ({ reason }) => ({ reason: (reason + 1) as Reason }))
row(
  'row.reason: low',
  (one) => refused(one) && one.reason > 1,
  ({ reason }) => ({ reason: (reason - 1) as Reason }),
)
row('row.reason: missing', refused, () => ({ reason: Reason.none, reasonArg: ZERO_HASH }))
row(
  'row.reason: extra',
  (one) => !refused(one),
  (_, random) => ({ reason: (1 + random(3)) as Reason }),
)
row('row.reason: owner', refused, (_, random, posted, i) => ofAnother('reason', posted, i, random, refused))
const numbered = (one: MemberLeaf): boolean => refused(one) && one.reason !== Reason.norm
row('row.reasonArg: high', numbered, ({ reasonArg }, random) => ({ reasonArg: near(reasonArg, more(random)) }))
row(
  'row.reasonArg: low',
  (one) => numbered(one) && one.reasonArg !== ZERO_HASH,
  ({ reasonArg }, random) => ({
    reasonArg: toHex(word(BigInt(random(Number(BigInt(reasonArg)))))),
  }),
)
row(
  'row.reasonArg: missing',
  (one) => numbered(one) && one.reasonArg !== ZERO_HASH,
  () => ({ reasonArg: ZERO_HASH }),
)
row(
  'row.reasonArg: extra',
  (one) => one.reason === Reason.none,
  (_, random) => ({ reasonArg: toHex(word(BigInt(1 + random(200)))) }),
)
row('row.reasonArg: owner', numbered, (_, random, posted, i) => ofAnother('reasonArg', posted, i, random, numbered))
for (const [field, changed] of [
  ['beta', (one: MemberLeaf, step: bigint) => ({ beta: one.beta + Number(step) })],
  ['score', (one: MemberLeaf, step: bigint) => ({ score: one.score + step })],
] as const) {
  row(`row.${field}: high`, carries, (one, random) => changed(one, more(random)))
  row(
    `row.${field}: low`,
    (one) => carries(one) && one[field] > 0,
    (one) => changed(one, -1n),
  )
  row(
    `row.${field}: missing`,
    (one) => carries(one) && one[field] > 0,
    () => (field === 'beta' ? { beta: 0 } : { score: 0n }),
  )
  row(
    `row.${field}: extra`,
    (one) => !carries(one),
    (one, random) => changed(one, more(random)),
  )
  row(`row.${field}: owner`, carries, (_, random, posted, i) => ofAnother(field, posted, i, random, carries))
}

/** The hash of some signature that is no commitment of any row. */
function foreignSignature({ known }: Posted, random: Random): Pick<MemberLeaf, 'signatureHash'> | undefined {
  const { receipts, reveals } = known.statements
  const all = [...receipts, ...reveals]
  return all.length === 0 ? undefined : { signatureHash: hashOfSignature(all[random(all.length)]!.signature) }
}
lies['row: missing'] = (posted, random) => MUTATIONS['consistent: an omission']!(posted, random)
lies['row: extra'] = (posted, random) => {
  const { parts } = posted
  if (parts.rows.length === 0 || parts.rows.length === MEMBERS.length) return false
  // A member that did not commit, with what another one has.
  const absent = MEMBERS.filter(({ member }) => !parts.rows.some((one) => one.member === member))
  const { member, slot, stake } = absent[random(absent.length)]!
  const model = parts.rows[random(parts.rows.length)]!
  const bare = { ...BARE, verdict: Verdict.unavailable, updateRoot: ZERO_HASH, held: 0n, attestationHash: ZERO_HASH }
  const forged = { ...model, ...bare, ...(random(4) > 0 && { member, slot, weight: stake }) }
  parts.rows.splice(parts.rows.findLastIndex((one) => one.slot < forged.slot) + 1, 0, forged)
  parts.members++
  if (random(4) > 0) sealToo(posted)
  return true
}
lies['rows: order: high'] = (posted, random) => {
  const { rows } = posted.parts
  if (rows.length < 2) return false
  const i = random(rows.length - 1)
  ;[rows[i], rows[i + 1]] = [rows[i + 1]!, rows[i]!]
  posted.parts.norms = new Map([...posted.parts.norms].map(([at, own]) => [at === i ? i + 1 : at === i + 1 ? i : at, own]))
  if (random(4) > 0) sealToo(posted)
  return true
}

export const ROW_LIES: Readonly<Lies> = lies
