import { evidenceOf } from '../aggregation/evidence.ts'
import { payOf } from '../aggregation/rules/company.ts'
import { TraceKind } from '../aggregation/rules/trace-kinds.ts'
import { operatorShare } from '../aggregation/update-ledger.ts'
import { formatTokens } from '../core/amount.ts'
import type { TokenUnit } from '../core/amount.ts'
import { Verdict, WEIGHT_ONE } from '../protocol/types.ts'
import type { Fact, Step } from './explanation.ts'
import { traceWord } from './explain-rule.ts'
import { share, sixteenBits } from './numbers.ts'
import type { RoundLeaves } from './round-leaves.ts'

/** What the score of a row is worth, token wei. */
export function rewardOf({ rows, spec }: Pick<RoundLeaves, 'rows' | 'spec'>, index: number): bigint {
  const scores = rows.reduce((sum, row) => sum + row.score, 0n)
  return scores === 0n ? 0n : ((spec.rewardPerRound - operatorShare(spec)) * rows[index]!.score) / scores
}

/** How the score becomes a reward. */
export function explainPay(leaves: RoundLeaves, index: number, place: number, unit: TokenUnit): Step[] {
  const { rows, spec } = leaves
  const { score, verdict } = rows[index]!
  if (verdict === Verdict.rejected)
    return [
      {
        title: 'No pay',
        outcome: 'against',
        text: 'A rejected row has the score 0 and earns nothing in this round.',
        facts: [scoreFact(score, index)],
      },
    ]
  const scores = rows.reduce((sum, row) => sum + row.score, 0n)
  const budget = spec.rewardPerRound - operatorShare(spec)
  const reward = rewardOf(leaves, index)
  return [
    {
      title: 'Score',
      outcome: 'note',
      text: scoreText(leaves, place),
      facts: [scoreFact(score, index), ...companyFacts(leaves, place), ...cosineFacts(leaves, place)],
    },
    {
      title: 'Reward',
      outcome: reward > 0n ? 'for' : 'against',
      text:
        scores === 0n
          ? 'No row has a score, so nobody is paid in this round.'
          : `The members share ${formatTokens(budget, unit)} by score. The member has ${share(score, scores)} of all scores: ${formatTokens(reward, unit)}.`,
      facts: [
        {
          label: 'Reward of the round',
          value: formatTokens(reward, unit),
          exact: `${reward} wei`,
          leaf: 'floor(budget · score / all scores)',
        },
        {
          label: 'For all members',
          value: formatTokens(budget, unit),
          exact: `${budget} wei`,
          leaf: 'specification, rewardPerRound and operatorShareBps',
        },
        { label: 'All scores', value: `${scores}`, exact: `${scores}`, leaf: 'members rows' },
      ],
    },
  ]
}

/** What the round changed in the member's leaf of the ledger. */
export function explainLedger({ ledgerBefore, ledgerAfter }: RoundLeaves, unit: TokenUnit): Step {
  if (!ledgerBefore || !ledgerAfter) return NO_LEDGER
  const [before, after] = [ledgerBefore.leaf, ledgerAfter.leaf]
  const at = `ledger slot ${ledgerAfter.slot}`
  const earned = (after?.reward ?? 0n) - (before?.reward ?? 0n)
  const wealth = (leaf: typeof after): number => (leaf ? evidenceOf(leaf.extra).wealth : 0)
  const until = after ? evidenceOf(after.extra).until : 0n
  const began = until > (before ? evidenceOf(before.extra).until : 0n)
  const facts: Fact[] = [
    { label: 'Rewards in all', value: formatTokens(after?.reward ?? 0n, unit), exact: `${after?.reward ?? 0n} wei`, leaf: at },
    { label: 'Strikes', value: ((after?.strikes ?? 0) / 256).toFixed(2), exact: `${after?.strikes ?? 0}/256`, leaf: at },
    { label: 'Reputation', value: sixteenBits(after?.reputation ?? 0), exact: `${after?.reputation ?? 0}/65536`, leaf: at },
    {
      label: 'Evidence across rounds',
      value: `${(2 ** (wealth(before) / 256)).toPrecision(3)} → ${(2 ** (wealth(after) / 256)).toPrecision(3)} of 1000`,
      exact: `${wealth(before)} → ${wealth(after)} in 1/256 bit`,
      leaf: at,
    },
  ]
  const added =
    earned > 0n
      ? `The round added ${formatTokens(earned, unit)} to the member's rewards.`
      : 'The round added nothing to the member\u2019s rewards.'
  const quarantined = began ? ` The evidence reached 1000: the member is in quarantine until round ${until}.` : ''
  return { title: 'In the ledger', outcome: began ? 'against' : 'note', text: added + quarantined, facts }
}

const NO_LEDGER: Step = {
  title: 'In the ledger',
  outcome: 'note',
  text: 'This node does not keep the ledger of the round, or the account has no place in it.',
  facts: [],
}

function scoreText(leaves: RoundLeaves, place: number): string {
  const [own, median] = [traceWord(leaves, TraceKind.company, place), traceWord(leaves, TraceKind.payMedian, 0)]
  if (own === undefined || median === undefined) {
    const cosine = traceWord(leaves, TraceKind.finalCosines, place) ?? 0n
    return `The cosine of the update with the sum is ${sixteenBits(cosine)}. The score is the stake times a smoothed cosine.`
  }
  const what = 'Pay is for updates that others confirm: updates that agree with this one or oppose it, beside the last step.'
  if (median === 0n) return `${what} The median update has no such company, so everybody has the whole score: the stake.`
  const has = `The update has ${share(own, median)} of the median company, without those that say most`
  return payOf(own, median) === BigInt(WEIGHT_ONE)
    ? `${what} ${has}. A sixteenth is enough for the whole score: the stake.`
    : `${what} ${has}. A sixteenth would be enough for the whole score; the update has ${share(payOf(own, median), BigInt(WEIGHT_ONE))} of it.`
}

function scoreFact(score: bigint, index: number): Fact {
  return { label: 'Score', value: `${score}`, exact: `${score}`, leaf: `members row ${index}` }
}

function companyFacts(leaves: RoundLeaves, place: number): Fact[] {
  const [own, median] = [traceWord(leaves, TraceKind.company, place), traceWord(leaves, TraceKind.payMedian, 0)]
  if (own === undefined || median === undefined || median === 0n) return []
  return [
    {
      label: 'Company',
      value: `${share(own, median)} of the median`,
      exact: `${own} of ${median}`,
      leaf: `trace kind ${TraceKind.company}, word ${place}; kind ${TraceKind.payMedian}`,
    },
  ]
}

function cosineFacts(leaves: RoundLeaves, place: number): Fact[] {
  const cosine = traceWord(leaves, TraceKind.finalCosines, place)
  if (cosine === undefined) return []
  return [
    {
      label: 'Cosine with the sum',
      value: sixteenBits(cosine),
      exact: `${cosine}/65536`,
      leaf: `trace kind ${TraceKind.finalCosines}, word ${place}`,
    },
  ]
}
