import { evidenceOf } from '../aggregation/evidence.ts'
import { holdingWeight, sealedWeight } from '../protocol/thresholds.ts'
import { Reason, Verdict } from '../protocol/types.ts'
import { ZERO_HASH } from '../protocol/bytes.ts'
import type { Step } from './explanation.ts'
import { percent, share } from './numbers.ts'
import type { RoundLeaves } from './round-leaves.ts'

/** What the claim decides about a row before the rule looks at it: seal, quarantine, availability, admission. Stops at what ended the row. */
export function explainRow(leaves: RoundLeaves, index: number): Step[] {
  const { verdict } = leaves.rows[index]!
  const steps = [sealed(leaves, index), quarantine(leaves)].filter((step) => step !== undefined)
  if (verdict === Verdict.quarantined) return steps
  steps.push(availability(leaves, index))
  if (verdict === Verdict.unavailable) return steps
  return [...steps, admission(leaves, index)]
}

function attested({ rows }: RoundLeaves): { weight: bigint; held: bigint | undefined }[] {
  return rows.map(({ weight, held, attestationHash }) => ({ weight, held: attestationHash === ZERO_HASH ? undefined : held }))
}

function sealed(leaves: RoundLeaves, index: number): Step {
  const { weight, signatureHash } = leaves.rows[index]!
  const total = sealedWeight(attested(leaves))
  const way = signatureHash === ZERO_HASH ? 'by a forced commitment on chain' : 'by a signed commitment'
  return {
    title: 'The row is sealed',
    outcome: 'for',
    text: `The member is row ${index} of ${leaves.rows.length}, ${way}. It holds ${share(weight, total)} of the sealed stake.`,
    facts: [{ label: 'Stake in the round', value: share(weight, total), exact: `${weight} wei`, leaf: `members row ${index}` }],
  }
}

function quarantine({ ledgerBefore, round }: RoundLeaves): Step | undefined {
  if (!ledgerBefore) return undefined
  const { slot, leaf } = ledgerBefore
  const { wealth, until, since } = leaf ? evidenceOf(leaf.extra) : { wealth: 0, until: 0n, since: 0n }
  const at = `ledger slot ${slot} before the round`
  const bet = {
    label: 'Evidence across rounds',
    value: `${(2 ** (wealth / 256)).toPrecision(3)} of 1000`,
    exact: `${wealth}/256 bit`,
    leaf: at,
  }
  if (round >= until)
    return { title: 'No quarantine', outcome: 'for', text: 'Earlier rounds do not keep the member out.', facts: [bet] }
  return {
    title: 'In quarantine',
    outcome: 'against',
    text: `Round ${since} completed the evidence against the member. Its rows count again from round ${until} on; no update can change that earlier.`,
    facts: [{ label: 'Out until round', value: `${until}`, exact: `${until}`, leaf: at }, bet],
  }
}

function availability(leaves: RoundLeaves, index: number): Step {
  const rows = attested(leaves)
  const [held, total] = [holdingWeight(rows, index), sealedWeight(rows)]
  const { toleranceBps } = leaves.spec
  const facts = [
    {
      label: 'Stake that attests to hold the update',
      value: share(held, total),
      exact: `${held} wei`,
      leaf: 'held of all members rows',
    },
    {
      label: 'Needed: more than',
      value: percent(toleranceBps),
      exact: `${toleranceBps} basis points`,
      leaf: 'specification, toleranceBps',
    },
  ]
  if (leaves.rows[index]!.verdict === Verdict.unavailable)
    return {
      title: 'The update is not available',
      outcome: 'against',
      text: `Members with ${share(held, total)} of the sealed stake attest to hold the update. More than ${percent(toleranceBps)} must. The member revealed too late, or its update reached too few others.`,
      facts,
    }
  return {
    title: 'The update is available',
    outcome: 'for',
    text: `Members with ${share(held, total)} of the sealed stake hold the update.`,
    facts,
  }
}

function admission({ rows, norm, spec }: RoundLeaves, index: number): Step {
  const { reason, reasonArg, verdict, updateRoot } = rows[index]!
  const at = `members row ${index}`
  const root = { label: 'Update', value: updateRoot, exact: updateRoot, leaf: at }
  if (verdict !== Verdict.inadmissible)
    return {
      title: 'The update is admitted',
      outcome: 'for',
      text: 'It is no copy, its values are legal and its length is within bounds.',
      facts: [root],
    }
  const title = 'The update is not admitted'
  const named = { label: 'Reason', value: '', exact: reasonArg, leaf: at }
  if (reason === Reason.copy)
    return {
      title,
      outcome: 'against',
      text: `Row ${Number(reasonArg)} has the same update, byte for byte. All rows with the same update are refused, the first one included.`,
      facts: [root, { ...named, value: `copy of row ${Number(reasonArg)}` }],
    }
  if (reason === Reason.value)
    return {
      title,
      outcome: 'against',
      text: `Chunk ${Number(reasonArg)} of the update has a value of −128, padding that is not zero, or the wrong length. No sound node makes such an update, and a proof of it takes stake.`,
      facts: [root, { ...named, value: `chunk ${Number(reasonArg)}` }],
    }
  if (reason === Reason.bucket)
    return {
      title,
      outcome: 'against',
      text: 'The rows of its bucket do not add up: fewer than three members have a row, one of them is not available, or their stakes differ. Nobody is blamed.',
      facts: [root],
    }
  const square = norm?.product ?? 0
  const small = BigInt(square) < spec.minNormSq
  return {
    title,
    outcome: 'against',
    text: `The squared length of the update is ${square}. The task admits ${spec.minNormSq} to ${spec.maxNormSq}: the update is too ${small ? 'short' : 'long'}.`,
    facts: [root, { ...named, label: 'Squared length', value: `${square}`, exact: `${square}` }],
  }
}
