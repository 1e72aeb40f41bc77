import type { ColumnReport } from './encode/index.ts'
import type { Findings } from './findings.ts'

/** Standard deviations of the schema that the mean of a member may lie away from 0. Beyond, the unit is probably another. */
const FAR = 10

/** Notes columns whose values lie far from what the schema's scaling expects: metres where others have centimetres. */
export function reportScaling(reports: readonly ColumnReport[], findings: Findings): void {
  for (const { name, scaledMean, smallest, largest } of reports) {
    if (scaledMean === undefined || Math.abs(scaledMean) <= FAR) continue
    findings.note({
      code: 'DATA_VALUE',
      problem: `column ${name}: the values ${smallest}…${largest} lie ${Math.round(Math.abs(scaledMean))} standard deviations from the mean of the schema`,
      advice: 'Compare the unit with that of the other members. If it is right, let the founder set mean and std of the column.',
    })
  }
}
