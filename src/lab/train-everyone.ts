import type { TrainInput, TrainResult } from '../training/index.ts'
import type { Cohort, Seat } from './cohort.ts'

/** What a member hands from one training to the next. */
export interface Carried {
  residual?: Float32Array
  momentum?: Float32Array
  personal?: Float32Array
}

export interface EveryonesUpdates {
  /** One for each seat. */
  updates: Int8Array[]
  /** By slot. */
  carried: Map<number, Carried>
}

/**
 * One update for each seat; identities of one member share its training.
 *
 * @param idle seats for which nobody trains: their update is zero
 * @param maxNorm longest update that honest members send
 */
export async function trainEveryone(
  { trainers }: Cohort,
  seats: readonly Seat[],
  { model, carried }: { model: Int32Array; carried: ReadonlyMap<number, Carried> },
  {
    round,
    idle,
    ...input
  }: { round: number; idle: (seat: Seat) => boolean } & Pick<TrainInput, 'maxNorm' | 'segments' | 'signal'>,
): Promise<EveryonesUpdates> {
  const trained = new Map<number, TrainResult>()
  for (const seat of seats) {
    const { member, slot } = seat
    if (trained.has(member) || idle(seat)) continue
    const { residual, momentum, personal } = carried.get(slot) ?? {}
    trained.set(member, await trainers[member]!.train({ model, step: round, residual, momentum, personal, ...input }))
  }
  return {
    updates: seats.map(({ member }) => trained.get(member)?.update ?? new Int8Array(model.length)),
    carried: new Map(
      seats.flatMap(({ member, slot }) => {
        const result = trained.get(member)
        if (!result) return []
        const { residual, momentum, personal } = result
        return [[slot, { residual, momentum, personal }] as const]
      }),
    ),
  }
}
