import { QuorateError } from '../../core/index.ts'
import { LARGEST_BUCKET, SMALLEST_BUCKET } from '../../masking/index.ts'

/** What others see of a member. */
export type View =
  | { kind: 'plain' }
  /** The gradient of each record is shortened, and nothing is added: shows what noise does beyond clipping. */
  | { kind: 'clipped' }
  | { kind: 'private'; epsilon: number }
  /** `colluders` are other members of the bucket that take their rows out of the sum. */
  | { kind: 'bucket'; size: number; colluders: number }

/**
 * Reads the name of a view: plain, clipped, dp:EPSILON, bucket:SIZE or bucket:SIZE-COLLUDERS.
 *
 * @throws QuorateError FLAG_INVALID
 * @example parseView('bucket:4-1') // one member of the bucket of four helps the attacker
 */
export function parseView(name: string): View {
  if (name === 'plain' || name === 'clipped') return { kind: name }
  const epsilon = /^dp:(\d+(?:\.\d+)?)$/.exec(name)?.[1]
  if (epsilon !== undefined && Number(epsilon) > 0) return { kind: 'private', epsilon: Number(epsilon) }
  const [, size, colluders = '0'] = /^bucket:(\d+)(?:-(\d+))?$/.exec(name) ?? []
  const bucket = { kind: 'bucket' as const, size: Number(size), colluders: Number(colluders) }
  if (bucket.size >= SMALLEST_BUCKET && bucket.size <= LARGEST_BUCKET && bucket.colluders < bucket.size) return bucket
  throw new QuorateError(
    'FLAG_INVALID',
    `--view ${name}: expected plain, clipped, dp:EPSILON, bucket:SIZE or bucket:SIZE-COLLUDERS; a bucket has ${SMALLEST_BUCKET} to ${LARGEST_BUCKET} members`,
  )
}

/** How many members' records are in what others see. */
export function membersSeen(view: View): number {
  return view.kind === 'bucket' ? view.size - view.colluders : 1
}

/** For people. */
export function viewTitle(view: View): string {
  switch (view.kind) {
    case 'plain':
      return 'int8 update'
    case 'clipped':
      return 'clipped, no noise'
    case 'private':
      return `ε = ${view.epsilon}`
    case 'bucket':
      return `bucket of ${view.size}${view.colluders === 0 ? '' : `, ${view.colluders} collude`}`
  }
}
