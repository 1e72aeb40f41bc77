import { encodeSpec } from '../../../src/protocol/index.ts'
import type { Claim } from '../../../src/protocol/index.ts'
import type { LeavesJson, RoundLeaves } from '../../../src/why/index.ts'

/** Leaves as the API writes them. */
export function leavesToJson(leaves: RoundLeaves): LeavesJson {
  const claim = (value: Claim) => ({ ...value, ledgerTotal: value.ledgerTotal.toString() })
  const slot = (opened: RoundLeaves['ledgerBefore']) =>
    opened && { ...opened, leaf: opened.leaf && { ...opened.leaf, reward: opened.leaf.reward.toString() } }
  return {
    ...leaves,
    task: leaves.task.toString(),
    round: leaves.round.toString(),
    spec: encodeSpec(leaves.spec),
    claim: claim(leaves.claim),
    parent: { round: leaves.parent.round.toString(), claim: claim(leaves.parent.claim) },
    rows: leaves.rows.map(({ weight, held, score, ...row }) => ({
      ...row,
      weight: weight.toString(),
      held: held.toString(),
      score: score.toString(),
    })),
    gram: leaves.gram.map(({ hash, product }) => ({ hash, product: product.toString() })),
    norm: leaves.norm && { leftHash: leaves.norm.hash, leftSum: leaves.norm.product.toString() },
    trace: leaves.trace.map(({ kind, index, words }) => ({ kind, index, words: words.map(String) })),
    ledgerBefore: slot(leaves.ledgerBefore),
    ledgerAfter: slot(leaves.ledgerAfter),
  }
}
