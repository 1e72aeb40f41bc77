import { drawnWeight, Verdict, ZERO_HASH } from '../../../../src/protocol/index.ts'
import type { Posted } from '../mutations.ts'
import { MEMBERS, TOTAL_STAKE } from '../random-round.ts'
import type { Random } from '../random-round.ts'
import { BARE, sealToo } from './values.ts'
import type { Lies } from './values.ts'

/** Lies about who was drawn, and for how much; none of them can be told of a round that draws nobody. */
const lies: Lies = {}

lies['row of a drawn round: extra'] = (posted, random) => {
  const { parts, known } = posted
  if (parts.spec.committee === 0 || parts.rows.length === 0) return false
  const left = MEMBERS.filter(({ member }) => !known.facts.members.some((one) => one.member === member))
  if (left.length === 0) return false
  // With the weight that it would have had.
  const { member, slot, stake } = left[random(left.length)]!
  const weight = drawnWeight(stake, TOTAL_STAKE, parts.spec.committee)
  const bare = { ...BARE, verdict: Verdict.unavailable, updateRoot: ZERO_HASH, held: 0n, attestationHash: ZERO_HASH }
  const forged = { ...parts.rows[random(parts.rows.length)]!, ...bare, member, slot, weight }
  parts.rows.splice(parts.rows.findLastIndex((one) => one.slot < slot) + 1, 0, forged)
  parts.members++
  sealToo(posted)
  return true
}

lies['row.weight of a drawn round: low'] = weighed((stake) => stake)
lies['row.weight of a drawn round: high'] = weighed((stake, size) =>
  drawnWeight(stake, TOTAL_STAKE, Math.max(1, Math.floor(size / 2))),
)

/** A row that counts what it would by another rule. */
function weighed(rule: (stake: bigint, size: number) => bigint): Lies[string] {
  return ({ parts }: Posted, random: Random) => {
    const { committee } = parts.spec
    if (committee === 0) return false
    const wrong = parts.rows.flatMap((row, i) => {
      const weight = rule(MEMBERS[row.slot]!.stake, committee)
      return weight === row.weight ? [] : [{ i, weight }]
    })
    if (wrong.length === 0) return false
    const { i, weight } = wrong[random(wrong.length)]!
    parts.rows[i] = { ...parts.rows[i]!, weight }
    return true
  }
}

export const DRAWN_LIES: Readonly<Lies> = lies
