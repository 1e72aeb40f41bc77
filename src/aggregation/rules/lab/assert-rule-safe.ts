import { QuorateError } from '../../../core/errors.ts'
import type { LabRule } from './lab-rule.ts'

/**
 * Refuses a round whose (n, F, rule) the rule's theory does not cover, and says why.
 *
 * @param stakes of the rows that may take part
 * @throws QuorateError RULE_UNSAFE with the reason
 * @example assertRuleSafe(krum, stakes, { byzantineBps: 2500 }) // throws for 4 equal members: n > 2f + 2
 */
export function assertRuleSafe(
  rule: Pick<LabRule, 'name' | 'publicRow' | 'unsafe'>,
  stakes: readonly bigint[],
  { byzantineBps }: { byzantineBps: number },
): void {
  const present = stakes.filter((stake) => stake > 0n)
  const reason =
    present.length === 0 ? 'no row has stake' : rule.unsafe({ stakes: present, byzantineBps, publicRow: rule.publicRow })
  if (reason === undefined) return
  throw new QuorateError('RULE_UNSAFE', `${rule.name} with ${present.length} rows and F = ${byzantineBps / 100} %: ${reason}`, {
    details: { rule: rule.name, byzantineBps, rows: present.length },
  })
}
