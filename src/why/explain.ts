import { operatorShare } from '../aggregation/update-ledger.ts'
import { formatTokens } from '../core/amount.ts'
import type { TokenUnit } from '../core/amount.ts'
import { sameAddress } from '../protocol/bytes.ts'
import { isAdmitted, Verdict, verdictName } from '../protocol/types.ts'
import type { Address } from '../protocol/types.ts'
import { explainLedger, explainPay, rewardOf } from './explain-pay.ts'
import { explainRow } from './explain-row.ts'
import { explainRule } from './explain-rule.ts'
import type { Explanation, Step } from './explanation.ts'
import type { RoundLeaves } from './round-leaves.ts'

export interface ExplainOptions {
  unit: TokenUnit
  /** Owner address of the operator that posted the claim: it has a share and no row. */
  poster?: Address
}

/**
 * Says in words and numbers why a member was paid or not. Only what the leaves commit to is used, so the words are as true as the claim.
 *
 * @param leaves that `checkLeaves` accepted, of the member's slot
 * @example explain(leaves, { unit }).headline // 'Not paid: the update is an outlier.'
 */
export function explain(leaves: RoundLeaves, { unit, poster }: ExplainOptions): Explanation {
  const { member } = leaves
  const index = leaves.rows.findIndex((row) => sameAddress(row.member, member))
  const common = { member, round: leaves.round }
  if (index < 0) {
    const posted = poster !== undefined && sameAddress(poster, member)
    const reward = posted && leaves.rows.some(({ score }) => score > 0n) ? operatorShare(leaves.spec) : 0n
    const step = posted ? operatorStep(leaves, unit) : NO_ROW
    const headline =
      posted && reward > 0n ? `Paid ${formatTokens(reward, unit)} for posting the claim.` : `Not paid: ${step.text}`
    return { ...common, reward, verdict: undefined, headline, steps: [step, explainLedger(leaves, unit)] }
  }
  const { verdict } = leaves.rows[index]!
  const reward = rewardOf(leaves, index)
  const place = leaves.rows.slice(0, index).filter((row) => isAdmitted(row.verdict)).length
  const steps = explainRow(leaves, index)
  if (isAdmitted(verdict)) steps.push(...explainRule(leaves, index, place), ...explainPay(leaves, index, place, unit))
  return {
    ...common,
    reward,
    verdict: verdictName(verdict),
    headline: headlineOf(verdict, reward, steps, unit),
    steps: [...steps, explainLedger(leaves, unit)],
  }
}

function headlineOf(verdict: Verdict, reward: bigint, steps: readonly Step[], unit: TokenUnit): string {
  if (reward > 0n) {
    const less = verdict === Verdict.downweighted ? ', with less weight than its stake would give' : ''
    return `Paid ${formatTokens(reward, unit)}: the update was accepted${less}.`
  }
  const cause = steps.find(({ outcome }) => outcome === 'against')
  return cause ? `Not paid: ${lowerFirst(cause.title)}. ${cause.text}` : 'Not paid: the score is 0.'
}

const NO_ROW: Step = {
  title: 'No row',
  outcome: 'against',
  text: 'The member has no row in the claim. It sent no commitment in time and forced none, it was not drawn, or it was no member when the round opened.',
  facts: [],
}

function operatorStep({ spec, rows }: RoundLeaves, unit: TokenUnit): Step {
  const due = operatorShare(spec)
  const paid = rows.some(({ score }) => score > 0n)
  return {
    title: 'The operator\u2019s share',
    outcome: paid && due > 0n ? 'for' : 'against',
    text: paid
      ? `The operator that posts a claim which pays anybody gets ${formatTokens(due, unit)}.`
      : 'The claim pays nobody, so its operator has no share either.',
    facts: [
      {
        label: 'Share',
        value: formatTokens(paid ? due : 0n, unit),
        exact: `${paid ? due : 0n} wei`,
        leaf: 'specification, operatorShareBps',
      },
    ],
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
