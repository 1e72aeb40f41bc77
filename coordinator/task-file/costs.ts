import { paddedLength } from '../../src/protocol/index.ts'
import type { TaskSpec } from '../../src/protocol/index.ts'
import { tensorLayout } from '../../src/training/index.ts'
import type { TensorShape } from '../../src/protocol/index.ts'

/** What a round takes of each member. Bytes. */
export interface RoundCosts {
  parameters: number
  /** Of one update. */
  update: number
  /** Of the model on disk. */
  model: number
  /** That a member that replays receives in a round with so many others. */
  received: number
}

/** @param members that have a row in the round */
export function roundCosts(spec: Pick<TaskSpec, 'tensors'>, tensors: readonly TensorShape[], members: number): RoundCosts {
  const update = paddedLength(spec)
  return {
    parameters: tensorLayout(tensors).parameters,
    update,
    model: 4 * update,
    received: (members - 1) * update,
  }
}
