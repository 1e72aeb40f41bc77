import type { Findings } from './findings.ts'
import type { RecordList } from './record-list.ts'
import type { Split } from './split.ts'

/** Records that are compared at most: beyond, the list of hashes would take too much memory. */
const COMPARED = 200_000

/** Notes held-out records that are trained on too. The split never makes such copies, but folders named train and test may hold them. */
export function reportCopies({ hashes }: RecordList, { train, test }: Split, findings: Findings): void {
  if (test.length === 0 || test.length > COMPARED) return
  const hashOf = (index: number): string => Buffer.from(hashes.subarray(index * 32, index * 32 + 16)).toString('latin1')
  const held = new Set(Array.from(test, hashOf))
  const copied = new Set<string>()
  for (const index of train) if (held.has(hashOf(index))) copied.add(hashOf(index))
  if (copied.size === 0) return
  findings.note({
    code: 'DATA_VALUE',
    problem: `${copied.size} held-out records are among those for training too, so the score flatters the model`,
    advice: 'Remove the copies from one of the two parts.',
  })
}
