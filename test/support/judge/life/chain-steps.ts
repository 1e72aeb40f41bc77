import type { Address, Hash, Hex } from '../../../../src/protocol/index.ts'
import { ZERO_HASH } from '../../../../src/protocol/index.ts'

/** What happens on the chain of a case, as test/contracts/support/JudgeFixture.sol plays it. */
export const StepKind = {
  /** `amount` seconds pass. */
  wait: 0,
  /** The operator seals and posts the parent claim. */
  parent: 1,
  /** A member forces `value`: by itself without `data`, else anyone with its signature. */
  force: 2,
  /** A member registers its key of version `amount`. */
  register: 3,
  /** The ledger pauses for `amount` seconds. */
  pause: 4,
  /** The operator ends the round, waits as long as it must, and takes the seat again. */
  fail: 5,
  /** The operator seals `amount` rows under the digest `value`. */
  seal: 6,
  /** The operator posts the claim. */
  post: 7,
  /** Anyone stores the seed `value` of the open round of a drawn task. */
  draw: 8,
} as const

export interface Step {
  kind: (typeof StepKind)[keyof typeof StepKind]
  account: Address
  value: Hash
  amount: bigint
  data: Hex
}

const NOBODY: Address = `0x${'00'.repeat(20)}`

export function step(kind: keyof typeof StepKind, fields: Partial<Omit<Step, 'kind'>> = {}): Step {
  return { kind: StepKind[kind], account: NOBODY, value: ZERO_HASH, amount: 0n, data: '0x', ...fields }
}
