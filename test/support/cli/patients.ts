import { createRandom } from '../../../src/training/index.ts'

/**
 * A table of patients as CSV: those who come back are older and heavier; some weights are missing.
 *
 * @param changes of a row: age, weight, sex, readmitted
 */
export function patients(seed: string, count = 300, changes: (row: string[]) => string[] = (row) => row): string {
  const random = createRandom(seed)
  const rows = Array.from({ length: count }, () => {
    const back = random.below(2) === 1
    const age = 40 + random.below(20) + (back ? 25 : 0)
    const weight = random.below(10) === 0 ? '' : String(60 + random.below(20) + (back ? 20 : 0))
    return changes([String(age), weight, ['f', 'm'][random.below(2)]!, back ? 'yes' : 'no']).join(',')
  })
  return ['age,weight,sex,readmitted', ...rows].join('\n')
}
