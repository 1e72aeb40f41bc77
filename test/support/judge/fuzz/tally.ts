import type { RoundCases } from '../cases.ts'
import { cellOf, listedProofs } from '../fields.ts'

/** What a run counts; plain data, so that workers can send it. */
export interface Tally {
  /** Rounds in all, those of them that nodes lived through, and those of tasks that draw their members. */
  rounds: number
  livedRounds: number
  drawnRounds: number
  /** Proofs against honest claims that the judge refused. */
  proofsRefused: number
  /** False claims that were told, rejected, and those that nothing rejected. */
  lies: number
  liesRejected: number
  unprovedLies: number
  /** Honest claims that a proof rejects, or that the prover accuses; honest accounts that lost stake. */
  honestRefused: number
  honestSlashed: number
  /** Byzantine members that paid for garbage. */
  garbagePaid: number
  /** Lies of a cell of the table that another proof than the listed ones rejected. */
  unlisted: number
  /** By kind of proof: how often against honest claims, how often against lies. */
  kinds: Record<string, [honest: number, lies: number]>
  /** By name of the lie. */
  told: Record<string, number>
  /** Statements by kind. */
  said: Record<string, number>
  /** A line for everything that should not have happened. */
  alarms: string[]
}

export function emptyTally(): Tally {
  return {
    rounds: 0,
    livedRounds: 0,
    drawnRounds: 0,
    proofsRefused: 0,
    lies: 0,
    liesRejected: 0,
    unprovedLies: 0,
    honestRefused: 0,
    honestSlashed: 0,
    garbagePaid: 0,
    unlisted: 0,
    kinds: {},
    told: {},
    said: {},
    alarms: [],
  }
}

/** Counts the cases of one round before a contract has seen them. */
export function countRound(tally: Tally, seed: number, life: boolean, { drawn, honest, lies, accused, said }: RoundCases): void {
  tally.rounds++
  if (life) tally.livedRounds++
  if (drawn) tally.drawnRounds++
  for (const kind of honest.kinds) (tally.kinds[kind] ??= [0, 0])[0]++
  for (const [kind, count] of said) tally.said[kind] = (tally.said[kind] ?? 0) + count
  if (accused) {
    tally.honestRefused++
    tally.alarms.push(`${seed}: the prover accuses an honest claim: ${accused}`)
  }
  for (const { name, proof, case: found } of lies) {
    tally.lies++
    tally.told[name] = (tally.told[name] ?? 0) + 1
    if (!proof || !found) {
      tally.unprovedLies++
      tally.alarms.push(`${seed}: no proof of the lie "${name}"`)
      continue
    }
    for (const kind of found.kinds) (tally.kinds[kind] ??= [0, 0])[1]++
    if (cellOf(name) && !listedProofs(name).includes(proof)) {
      tally.unlisted++
      tally.alarms.push(`${seed}: ${proof} rejects "${name}", and the table does not list it there`)
    }
  }
}

/** Adds the lines that test/contracts/FraudJudge.t.sol shows. */
export function countJudged(tally: Tally, stdout: string): void {
  const count = (label: string): number => Number(new RegExp(`${label}: (\\d+)`).exec(stdout)?.[1] ?? 0)
  tally.proofsRefused += count('proofs against honest claims refused')
  tally.liesRejected += count('false claims rejected')
  tally.unprovedLies += count('false claims not rejected')
  tally.honestRefused += count('honest claims rejected')
  tally.honestSlashed += count('honest accounts slashed')
  tally.garbagePaid += count('members that paid for garbage')
  for (const line of stdout.split('\n')) {
    if (/^\s*\d+ .*: (rejected by call|not rejected|a member paid|the operator paid|slashed by garbage call)/.test(line))
      tally.alarms.push(line.trim())
  }
}

export function addTally(sum: Tally, { kinds, told, said, alarms, ...numbers }: Tally): void {
  for (const [name, value] of Object.entries(numbers)) sum[name as keyof typeof numbers] += value
  for (const [kind, [honest, lies]] of Object.entries(kinds)) {
    const counts = (sum.kinds[kind] ??= [0, 0])
    counts[0] += honest
    counts[1] += lies
  }
  for (const [name, count] of Object.entries(told)) sum.told[name] = (sum.told[name] ?? 0) + count
  for (const [name, count] of Object.entries(said)) sum.said[name] = (sum.said[name] ?? 0) + count
  sum.alarms.push(...alarms)
}

/** Whether nothing happened that must not. */
export function holds({ honestRefused, honestSlashed, unprovedLies }: Tally): boolean {
  return honestRefused === 0 && honestSlashed === 0 && unprovedLies === 0
}
