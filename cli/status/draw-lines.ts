import type { CurrentRound } from '../../src/chain/index.ts'
import { formatAmount, plural } from '../../src/core/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import { SEED_BLOCKS, ZERO_HASH } from '../../src/protocol/index.ts'
import type { Hash, SnapshotMember } from '../../src/protocol/index.ts'

/** How the members of the open round of a task are drawn. */
export interface DrawStatus {
  /** Undefined before it is stored. */
  seed?: Hash
  /** What each drawn member counts, token wei, by slot; undefined before the seed is stored. */
  weights?: ReadonlyMap<number, bigint>
}

/** @returns undefined where all members take part */
export function drawOf(
  { committee, seed }: Pick<CurrentRound, 'committee' | 'seed'>,
  drawn: readonly Pick<SnapshotMember, 'slot' | 'stake'>[],
): DrawStatus | undefined {
  if (committee === 0) return undefined
  return seed === ZERO_HASH ? {} : { seed, weights: new Map(drawn.map(({ slot, stake }) => [slot, stake])) }
}

/** What the open round's members were drawn by. */
export function drawLines(draw: DrawStatus | undefined, { openedBlock }: Pick<CurrentRound, 'openedBlock'>): string[] {
  if (!draw) return []
  const { seed, weights } = draw
  return seed && weights
    ? [`Drawn: ${plural(weights.size, 'member')} by the seed ${seed}`]
    : [`Drawn: nobody yet, because the seed is not stored; it is the randomness of block ${openedBlock + SEED_BLOCKS}`]
}

/** A member's place in the table. */
export function drawnCell({ drawn, weight }: { drawn: boolean | null; weight: bigint | null }, unit: TokenUnit): string {
  if (drawn === null) return '?'
  return weight === null ? 'not drawn' : formatAmount(weight, unit)
}
