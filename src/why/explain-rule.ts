import { leastSupport } from '../aggregation/rules/support.ts'
import { TraceKind } from '../aggregation/rules/trace-kinds.ts'
import { Verdict, WEIGHT_ONE } from '../protocol/types.ts'
import type { Step } from './explanation.ts'
import { fixed, share, sixteenBits } from './numbers.ts'
import type { RoundLeaves } from './round-leaves.ts'

/** What the rule decides about an admitted row: its length, whether it is an outlier, and its weight. */
export function explainRule(leaves: RoundLeaves, index: number, place: number): Step[] {
  const steps = [length(leaves, place), oddness(leaves, index, place), reversal(leaves, place), weight(leaves, index, place)]
  return steps.filter((step) => step !== undefined)
}

/** One word of the trace; undefined for a rule that writes no such leaf. */
export function traceWord({ trace }: Pick<RoundLeaves, 'trace'>, kind: number, word: number): bigint | undefined {
  return trace.find((leaf) => leaf.kind === kind)?.words[word]
}

function length(leaves: RoundLeaves, place: number): Step | undefined {
  const [norm, target] = [traceWord(leaves, TraceKind.norms, place), traceWord(leaves, TraceKind.scales, 0)]
  if (norm === undefined || target === undefined) return undefined
  const ratio = Number(norm) / Math.max(1, Number(target))
  const times = `${ratio.toFixed(2)} times`
  return {
    title: 'Length of the update',
    outcome: 'note',
    text: `The update is ${times} as long as the stake-weighted median. The sum counts no update as longer than the median.`,
    facts: [
      { label: 'Length', value: times, exact: `${norm}`, leaf: `trace kind ${TraceKind.norms}, word ${place}` },
      { label: 'Median length', value: `${target}`, exact: `${target}`, leaf: `trace kind ${TraceKind.scales}, word 0` },
    ],
  }
}

function oddness(leaves: RoundLeaves, index: number, place: number): Step | undefined {
  const { spec, rows } = leaves
  const odd = traceWord(leaves, TraceKind.oddness, place)
  if (odd === undefined) return undefined
  const word = (kind: number, at: number): bigint => traceWord(leaves, kind, at) ?? 0n
  const [distance, unit] = [word(TraceKind.distances, place), word(TraceKind.medians, 1)]
  const [cosine, median] = [word(TraceKind.cosines, place), word(TraceKind.medians, 2)]
  const [support, least] = [word(TraceKind.support, place), leastSupport(word(TraceKind.supportMedian, 0))]
  const far = fixed(distance, Math.max(1, Number(unit)), 2)
  const limit = fixed(spec.rule.rejectBps, 10_000, 2)
  const [own, all] = [sixteenBits(cosine), sixteenBits(median)]
  const measured = `The update lies ${far} times as far from the robust centre as the median update, and its cosine with the centre is ${own}, where the median is ${all}. Together its oddness is ${fixed(odd, WEIGHT_ONE, 2)}; an ordinary update has about 1`
  const facts = [
    {
      label: 'Oddness',
      value: fixed(odd, WEIGHT_ONE, 3),
      exact: `${odd}/65536`,
      leaf: `trace kind ${TraceKind.oddness}, word ${place}`,
    },
    { label: 'Rejected above', value: limit, exact: `${spec.rule.rejectBps} basis points`, leaf: 'specification, rejectBps' },
    {
      label: 'Distance to the centre',
      value: `${far} medians`,
      exact: `${distance}`,
      leaf: `trace kind ${TraceKind.distances}, word ${place}`,
    },
    {
      label: 'Cosine with the centre',
      value: own,
      exact: `${cosine}/65536`,
      leaf: `trace kind ${TraceKind.cosines}, word ${place}`,
    },
    { label: 'Median cosine', value: all, exact: `${median}/65536`, leaf: `trace kind ${TraceKind.medians}, word 2` },
    {
      label: 'Support of the others',
      value: sixteenBits(support),
      exact: `${support}/65536`,
      leaf: `trace kind ${TraceKind.support}, word ${place}`,
    },
    {
      label: 'Support that is enough',
      value: sixteenBits(least),
      exact: `${least}/65536`,
      leaf: `trace kind ${TraceKind.supportMedian}`,
    },
  ]
  if (rows[index]!.verdict === Verdict.rejected)
    return {
      title: 'The update is an outlier',
      outcome: 'against',
      text: `${measured}. The task rejects above ${limit} what the others do not support: ${supportText(support)}, and ${sixteenBits(least)} would be enough.`,
      facts,
    }
  const above = spec.rule.rejectBps > 0 && odd * 10_000n > BigInt(spec.rule.rejectBps) << 16n
  if (!above)
    return { title: 'The update is no outlier', outcome: 'for', text: `${measured}. The task rejects above ${limit}.`, facts }
  if (support >= least)
    return {
      title: 'The update is odd, and the others support it',
      outcome: 'for',
      text: `${measured}. That is above ${limit}, and it stays: ${supportText(support)}, and ${sixteenBits(least)} is enough.`,
      facts,
    }
  return {
    title: 'The update is odd, and stays',
    outcome: 'note',
    text: `${measured}. That is above ${limit}, but odder updates used up the share of the stake that a round may reject, or no other update carries weight.`,
    facts,
  }
}

function supportText(support: bigint): string {
  return support === -BigInt(WEIGHT_ONE)
    ? 'it is more than twice as long as most updates, which counts as no support'
    : `its mean cosine with the others is ${sixteenBits(support)}, without those that say most for it and most against it`
}

/** Of a row that goes back on the last step further than the rule lets it. */
function reversal({ trace, spec }: RoundLeaves, place: number): Step | undefined {
  const words = trace.find((leaf) => leaf.kind === TraceKind.reversal)?.words
  const rejected = traceWord({ trace }, TraceKind.rejected, place)
  if (!words || rejected !== 0n) return undefined
  const [stays, factor, one] = [words[place]!, words.at(-1)!, BigInt(WEIGHT_ONE)]
  const keeps = stays + ((one - stays) * factor) / one
  if (keeps >= one) return undefined
  const tolerated = fixed(spec.rule.byzantineBps, 100, 0)
  return {
    title: 'The update goes back on the last step',
    outcome: 'note',
    text: `It is among the ${tolerated} % of the stake that point furthest against the last step of the model. Together they may take that step back only as far as the next update would, so the update keeps ${share(keeps, one)} of its weight. Its pay does not change.`,
    facts: [
      {
        label: 'Part that keeps its weight',
        value: share(stays, one),
        exact: `${stays}/65536`,
        leaf: `trace kind ${TraceKind.reversal}, word ${place}`,
      },
      {
        label: 'What the rest keeps',
        value: share(factor, one),
        exact: `${factor}/65536`,
        leaf: `trace kind ${TraceKind.reversal}, last word`,
      },
    ],
  }
}

function weight({ rows, spec }: RoundLeaves, index: number, place: number): Step {
  const { beta, verdict, weight: stake } = rows[index]!
  const admitted = rows.filter((row) => row.verdict >= Verdict.accepted)
  const total = admitted.reduce((sum, row) => sum + row.weight, 0n)
  const [has, gives] = [share(BigInt(beta), BigInt(WEIGHT_ONE)), share(stake, total)]
  const facts = [
    { label: 'Weight in the new model', value: has, exact: `${beta}/65536`, leaf: `members row ${index}` },
    { label: 'Share of the admitted stake', value: gives, exact: `${stake} of ${total} wei`, leaf: 'members rows' },
  ]
  const title = 'Weight in the sum'
  if (verdict === Verdict.rejected)
    return { title, outcome: 'against', text: 'A rejected update has no weight in the new model.', facts: facts.slice(0, 1) }
  const what = spec.rule.rule === 0 ? 'The mean weighs by stake.' : `Row ${place} of the rule.`
  return verdict === Verdict.downweighted
    ? {
        title,
        outcome: 'note',
        text: `The update has ${has} of the weight, less than half of the ${gives} that its stake would give. It is paid all the same.`,
        facts,
      }
    : { title, outcome: 'for', text: `The update has ${has} of the weight, with ${gives} of the admitted stake. ${what}`, facts }
}
