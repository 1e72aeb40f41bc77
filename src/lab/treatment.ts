import type { AggregateResult } from '../aggregation/index.ts'
import { Verdict, WEIGHT_ONE } from '../protocol/index.ts'
import type { Ledger } from '../protocol/index.ts'
import type { CellResult, Treatment } from './cell-result.ts'
import type { Seat } from './cohort.ts'

export interface TreatmentTally {
  add(result: AggregateResult, before: Ledger): void
  /** Both groups; a group without members is left out. */
  result(): Pick<CellResult, 'honest' | 'attackers'>
}

/** Counts what the rule did to honest members and to attackers, over all rounds. */
export function treatmentTally(seats: readonly Seat[]): TreatmentTally {
  const total = seats.reduce((sum, { stake }) => sum + stake, 0n)
  const groups = [false, true].map((attacker) => {
    const slots = seats.flatMap((seat, i) => (seat.attacker === attacker ? [i] : []))
    const stake = slots.reduce((sum, i) => sum + seats[i]!.stake, 0n)
    return { slots, share: Number(stake) / Number(total), rejected: 0, downweighted: 0, unpaid: 0, weight: 0, reward: 0n }
  })
  let rounds = 0
  let paid = 0n
  return {
    add({ rows, ledger }, before) {
      rounds++
      for (const group of groups) {
        for (const i of group.slots) {
          const { verdict, weight } = rows[i]!
          const reward = (ledger.get(seats[i]!.slot)?.reward ?? 0n) - (before.get(seats[i]!.slot)?.reward ?? 0n)
          if (verdict === Verdict.rejected || verdict === Verdict.inadmissible) group.rejected++
          if (verdict === Verdict.downweighted) group.downweighted++
          if (reward === 0n) group.unpaid++
          group.weight += weight / WEIGHT_ONE
          group.reward += reward
          paid += reward
        }
      }
    },
    result() {
      const [honest, attackers] = groups.map(
        ({ slots, share, rejected, downweighted, unpaid, weight, reward }): Treatment | undefined => {
          const memberRounds = slots.length * rounds
          if (memberRounds === 0) return undefined
          return {
            rejected: rejected / memberRounds,
            downweighted: downweighted / memberRounds,
            unpaid: unpaid / memberRounds,
            pay: paid === 0n ? 0 : Number(reward) / Number(paid) / share,
            weight: weight / rounds / share,
          }
        },
      )
      return { ...(honest && { honest }), ...(attackers && { attackers }) }
    },
  }
}
