import { createEngine } from '../../../src/engine/index.ts'
import { claimComputer } from '../../../src/replay/index.ts'
import type { ComputedClaim } from '../../../src/replay/index.ts'
import { specHash } from '../../../src/protocol/index.ts'
import type { TaskSpec } from '../../../src/protocol/index.ts'
import type { ChainFacts, RoundLeaves } from '../../../src/why/index.ts'
import { seeded } from '../../unit/aggregation/fixtures.ts'
import { claimRound } from '../claim-round.ts'
import type { ClaimRoundOptions } from '../claim-round.ts'
import { openLeaves } from './open-leaves.ts'

const LENGTH = 8192

/** Honest rows agree up to noise. The row at `POISONER` is the opposite, four times as long. */
export const POISONER = 6

/** A claim over nine members of whom one poisons; `fates` end other rows before the rule sees them. */
export class JudgedRound {
  readonly computed: ComputedClaim
  readonly facts: ChainFacts
  readonly spec: TaskSpec

  private constructor(computed: ComputedClaim, spec: TaskSpec) {
    this.computed = computed
    this.spec = spec
    this.facts = { claimHash: computed.claimHash, specHash: specHash(spec) }
  }

  static async make(options: ClaimRoundOptions = {}): Promise<JudgedRound> {
    await using engine = createEngine({ threads: 1 })
    const noise = seeded(7)
    const common = Array.from({ length: LENGTH }, () => noise())
    const updates = Array.from({ length: 9 }, (_, row) =>
      Int8Array.from(common, (value) => {
        const own = 12 * value + 8 * noise()
        return Math.max(-127, Math.min(127, Math.round(row === POISONER ? -4 * own : own)))
      }),
    )
    const input = claimRound(updates, LENGTH, options)
    const computed = await claimComputer(engine)(input)
    return new JudgedRound(computed, input.spec)
  }

  leavesOf(row: number): RoundLeaves {
    return openLeaves(this.computed.parts, this.computed.rows[row]!)
  }
}
