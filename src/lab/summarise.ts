import type { CellResult, OwnAccuracy, Punishment, Treatment } from './cell-result.ts'
import { standingOf } from './standing.ts'
import type { Standing } from './standing.ts'

/** All seeds of one cell of a table. */
export interface Group {
  attack: string
  rule: string
  seeds: number
  refused?: string
  /** Mean over seeds. */
  final: number
  peak: number
  /** Worst seed. */
  worst: number
  /** Mean over seeds, measured after these `rounds`. */
  accuracy: number[]
  rounds: number[]
  backdoor?: number
  own?: OwnAccuracy
  alone?: OwnAccuracy
  honest?: Treatment
  attackers?: Treatment
  odd?: Treatment
  /** The honest member that went unpaid most often, averaged over seeds. */
  unluckiest?: number
  /** Pay of the median honest member over an equal share, averaged over seeds. */
  medianPay?: number
  /** The affected members before the bet: worst row and bet, mean of what they lost, all quarantines. Over members and seeds. */
  standing?: Standing
  /** The attackers' identities of all seeds. */
  punished?: Punishment[]
}

/** One table: everything but attack, rule and seed is fixed. */
export interface Summary {
  dataset: string
  partition: string
  members: number
  byzantine: number
  circumstance: string
  /** In the order in which they were first met. */
  attacks: string[]
  rules: string[]
  groups: Group[]
}

/** Results gathered into tables of attack × rule, averaged over seeds. */
export function summarise(results: readonly CellResult[]): Summary[] {
  const tables = Map.groupBy(results, ({ cell }) =>
    [cell.dataset, cell.partition, cell.members, cell.byzantine, cell.circumstance].join(' '),
  )
  return [...tables.values()].map((table) => {
    const { dataset, partition, members, byzantine, circumstance } = table[0]!.cell
    const attacks = [...new Set(table.map(({ cell }) => cell.attack))]
    const rules = [...new Set(table.map(({ cell }) => cell.rule))]
    const groups = [...Map.groupBy(table, ({ cell }) => `${cell.attack} ${cell.rule}`).values()].map(groupOf)
    return { dataset, partition, members, byzantine, circumstance, attacks, rules, groups }
  })
}

function groupOf(results: CellResult[]): Group {
  const { cell, refused, settings } = results[0]!
  const names = { attack: cell.attack, rule: cell.rule, seeds: results.length }
  if (refused !== undefined) return { ...names, refused, final: 0, peak: 0, worst: 0, accuracy: [], rounds: [] }
  const backdoors = results.flatMap(({ backdoor }) => (backdoor === undefined ? [] : [backdoor]))
  return {
    ...names,
    final: mean(results.map(({ final }) => final)),
    peak: mean(results.map(({ peak }) => peak)),
    worst: Math.min(...results.map(({ final }) => final)),
    accuracy: results[0]!.accuracy.map((_, round) => mean(results.map(({ accuracy }) => accuracy[round]!))),
    rounds: results[0]!.accuracy.map((_, k) => Math.min((k + 1) * settings.evaluateEvery, settings.rounds)),
    ...(backdoors.length > 0 && { backdoor: mean(backdoors) }),
    ...own(results, 'own'),
    ...own(results, 'alone'),
    ...treatment(results, 'honest'),
    ...treatment(results, 'attackers'),
    ...treatment(results, 'odd'),
    ...unluckiest(results),
    ...standing(results),
    ...medianPay(results),
    ...punished(results),
  }
}

function treatment(results: CellResult[], group: 'honest' | 'attackers' | 'odd'): Partial<Record<typeof group, Treatment>> {
  const found = results.flatMap((result) => result[group] ?? [])
  if (found.length === 0) return {}
  const average = (key: keyof Treatment): number => mean(found.map((item) => item[key]))
  return {
    [group]: {
      rejected: average('rejected'),
      downweighted: average('downweighted'),
      weightless: average('weightless'),
      unpaid: average('unpaid'),
      pay: average('pay'),
      weight: average('weight'),
    },
  }
}

function own(results: readonly CellResult[], name: 'own' | 'alone'): Partial<Record<typeof name, OwnAccuracy>> {
  const found = results.flatMap((result) => result[name] ?? [])
  if (found.length === 0) return {}
  const affected = found.flatMap((one) => one.affected ?? [])
  return { [name]: { others: mean(found.map(({ others }) => others)), ...(affected.length > 0 && { affected: mean(affected) }) } }
}

/** Seats stand in the order of members, those that the circumstance affects first. */
function standing(results: readonly CellResult[]): Pick<Group, 'standing'> {
  const found = results.flatMap(({ cell, settings, verdicts }) =>
    cell.circumstance === 'none' ? [] : (verdicts?.honest.slice(0, settings.odd).map(standingOf) ?? []),
  )
  if (found.length === 0) return {}
  const most = (key: keyof Standing): number => Math.max(...found.map((each) => each[key]))
  return {
    standing: {
      inARow: most('inARow'),
      bet: most('bet'),
      rise: most('rise'),
      lostLater: mean(found.map(({ lostLater }) => lostLater)),
      quarantines: found.reduce((sum, { quarantines }) => sum + quarantines, 0),
    },
  }
}

function unluckiest(results: readonly CellResult[]): Pick<Group, 'unluckiest'> {
  const worst = results.flatMap(({ members }) => (members ? [Math.max(...members.map(({ unpaid }) => unpaid))] : []))
  return worst.length === 0 ? {} : { unluckiest: mean(worst) }
}

function medianPay(results: readonly CellResult[]): Pick<Group, 'medianPay'> {
  const medians = results.flatMap(({ members }) => (members ? [median(members.map(({ pay }) => pay))] : []))
  return medians.length === 0 ? {} : { medianPay: mean(medians) }
}

function punished(results: readonly CellResult[]): Pick<Group, 'punished'> {
  const found = results.flatMap((result) => result.punished ?? [])
  return found.length === 0 ? {} : { punished: found }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
