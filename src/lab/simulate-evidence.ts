import { nextEvidence, NO_EVIDENCE } from '../aggregation/index.ts'
import { Verdict } from '../protocol/index.ts'
import type { Random } from '../training/index.ts'

/** What the ledger made of one member's verdicts, on the code of the ledger. */
export interface Lifetime {
  /** Scored rounds that rejected it. */
  rejected: number
  /** Rounds in which its quarantines began. */
  quarantines: number[]
  /** Of those, how many could be slashed. */
  slashable: number
}

/**
 * Evidence over a life.
 *
 * @param verdicts of each round had nothing been known of earlier ones; those of rounds in quarantine are not looked at
 */
export function liveThrough(verdicts: Iterable<Verdict>): Lifetime {
  const life: Lifetime = { rejected: 0, quarantines: [], slashable: 0 }
  let evidence = NO_EVIDENCE
  let round = 0n
  for (const verdict of verdicts) {
    round++
    const scored = verdict === Verdict.accepted || verdict === Verdict.downweighted || verdict === Verdict.rejected
    if (!scored || round < evidence.until) continue
    const rejected = verdict === Verdict.rejected
    if (rejected) life.rejected++
    evidence = nextEvidence(evidence, rejected, round)
    if (evidence.since !== round) continue
    life.quarantines.push(Number(round))
    if (evidence.quarantines > 1) life.slashable++
  }
  return life
}

/**
 * Draws a life from one recorded member: blocks of consecutive rounds from uniform places, around the end to the start (circular block bootstrap, Politis & Romano
 * 1992), so that a member keeps its own rate of rejections and the way they cluster.
 *
 * @param recorded verdicts of one member, one digit a round
 * @param block rounds that stay together
 */
export function* redraw(recorded: string, rounds: number, block: number, random: Pick<Random, 'below'>): Generator<Verdict> {
  for (let drawn = 0; drawn < rounds;) {
    const start = random.below(recorded.length)
    for (let k = 0; k < block && drawn < rounds; k++, drawn++) {
      yield Number(recorded[(start + k) % recorded.length]) as Verdict
    }
  }
}
