import { evidenceOf } from '../aggregation/index.ts'
import type { AggregatedRow, AggregateResult } from '../aggregation/index.ts'
import { Verdict, WEIGHT_ONE } from '../protocol/index.ts'
import type { Ledger, LedgerLeaf } from '../protocol/index.ts'
import type { CellResult, Punishment, Treatment } from './cell-result.ts'
import type { Seat } from './cohort.ts'

export interface TreatmentTally {
  /** @param present seats of the round, in the order of its rows */
  add(result: Pick<AggregateResult, 'rows' | 'ledger'>, before: Ledger, present: readonly Seat[], round: bigint): void
  /** A group without members is left out. */
  result(): Pick<CellResult, 'honest' | 'attackers' | 'punished' | 'odd' | 'members' | 'verdicts'>
}

/** What happened to one seat over its rounds. Fair shares are what equal pay by stake would have given. */
interface SeatRecord {
  rounds: number
  rejected: number
  downweighted: number
  weightless: number
  unpaid: number
  weight: number
  fairWeight: number
  reward: number
  fairReward: number
  /** One digit a round. */
  verdicts: string
  punishment: Punishment
}

/** Counts the verdicts for honest members and for attackers over all rounds. */
export function treatmentTally(seats: readonly Seat[]): TreatmentTally {
  const records = new Map(seats.map(({ slot }) => [slot, emptyRecord()]))
  return {
    add({ rows, ledger }, before, present, round) {
      const total = present.reduce((sum, { stake }) => sum + stake, 0n)
      const rewards = present.map(({ slot }) => Number((ledger.get(slot)?.reward ?? 0n) - (before.get(slot)?.reward ?? 0n)))
      const paid = rewards.reduce((sum, reward) => sum + reward, 0)
      present.forEach(({ slot, stake }, i) => {
        const share = Number(stake) / Number(total)
        const record = records.get(slot)!
        count(record, rows[i]!, { reward: rewards[i]!, share, paid })
        record.punishment = afterRound(record.punishment, ledger.get(slot), round)
      })
    },
    result() {
      const of = (chosen: readonly Seat[]): Treatment | undefined => treatmentOf(chosen.map(({ slot }) => records.get(slot)!))
      const honest = of(seats.filter(({ attacker }) => !attacker))
      const attackers = of(seats.filter(({ attacker }) => attacker))
      const odd = of(seats.filter(({ odd }) => odd))
      const members = seats.flatMap((seat) => (seat.attacker ? [] : (of([seat]) ?? [])))
      const verdictsOf = (attacker: boolean): string[] =>
        seats.filter((seat) => seat.attacker === attacker).map(({ slot }) => records.get(slot)!.verdicts)
      const verdicts = { honest: verdictsOf(false), attackers: verdictsOf(true) }
      const punished = seats.flatMap(({ attacker, slot }) => (attacker ? [records.get(slot)!.punishment] : []))
      return { verdicts, ...(honest && { honest, members }), ...(attackers && { attackers, punished }), ...(odd && { odd }) }
    },
  }
}

function emptyRecord(): SeatRecord {
  return {
    verdicts: '',
    punishment: { repeats: 0 },
    rounds: 0,
    rejected: 0,
    downweighted: 0,
    weightless: 0,
    unpaid: 0,
    weight: 0,
    fairWeight: 0,
    reward: 0,
    fairReward: 0,
  }
}

function count(
  record: SeatRecord,
  { verdict, beta }: AggregatedRow,
  { reward, share, paid }: { reward: number; share: number; paid: number },
): void {
  record.rounds++
  record.verdicts += verdict
  if (verdict === Verdict.rejected || verdict === Verdict.inadmissible || verdict === Verdict.quarantined) record.rejected++
  if (verdict === Verdict.downweighted) record.downweighted++
  if (beta === 0) record.weightless++
  if (reward === 0) record.unpaid++
  record.weight += beta / WEIGHT_ONE
  record.fairWeight += share
  record.reward += reward
  record.fairReward += share * paid
}

function afterRound(known: Punishment, leaf: LedgerLeaf | undefined, round: bigint): Punishment {
  const evidence = leaf && evidenceOf(leaf.extra)
  if (evidence?.since !== round) return known
  return { quarantined: known.quarantined ?? Number(round), repeats: known.repeats + (evidence.quarantines > 1 ? 1 : 0) }
}

function treatmentOf(records: readonly SeatRecord[]): Treatment | undefined {
  const sum = (key: Exclude<keyof SeatRecord, 'verdicts' | 'punishment'>): number =>
    records.reduce((total, record) => total + record[key], 0)
  const rounds = sum('rounds')
  if (rounds === 0) return undefined
  const fairReward = sum('fairReward')
  return {
    rejected: sum('rejected') / rounds,
    downweighted: sum('downweighted') / rounds,
    weightless: sum('weightless') / rounds,
    unpaid: sum('unpaid') / rounds,
    pay: fairReward === 0 ? 0 : sum('reward') / fairReward,
    weight: sum('weight') / sum('fairWeight'),
  }
}
