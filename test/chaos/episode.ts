import { lowerHex } from '../../src/protocol/index.ts'
import { honest } from './world.ts'
import type { World } from './world.ts'

/** What one fault did: from when it was in force until rounds went on after it. */
export interface Episode {
  fault: string
  target: string
  /** The phase that the programs were halted in; absent for a fault that did not wait for one, or not to an end. */
  phase?: string
  /** How long the fault was in force: seconds, and seconds of the chain. */
  seconds: number
  chainSeconds: number
  /** From its end until rounds had gone on, s. */
  recovered: number
  posted: number
  /** Rounds that ended without a claim by the rules, and claims that were dropped. */
  lost: number
  rejected: number
  /** Wei that honest accounts lost. */
  stakeLost: bigint
}

type Counts = Pick<Episode, 'posted' | 'lost' | 'rejected' | 'stakeLost'>

function count(world: World): Counts {
  const { history } = world
  const owners = new Set(honest(world).map(({ owner }) => owner))
  return {
    posted: history.of('posted').length,
    lost: history.of('failed').length + history.of('voided').length,
    rejected: history.of('rejected').length,
    stakeLost: history
      .of('slashed')
      .filter(({ owner }) => owners.has(lowerHex(owner)))
      .reduce((sum, { taken }) => sum + taken, 0n),
  }
}

/** Begins an episode: call the first function when the fault has healed, and the one it gives when rounds have gone on. */
export function beginEpisode(
  world: World,
  { fault, target }: Pick<Episode, 'fault' | 'target'>,
  phase: string | undefined,
): () => () => Episode {
  const { miner } = world.consortium
  const before = count(world)
  const began = performance.now()
  const chainBegan = miner.time
  return () => {
    const healed = performance.now()
    const chainSeconds = miner.time - chainBegan
    return () => {
      const after = count(world)
      return {
        fault,
        target,
        ...(phase && { phase }),
        seconds: Math.round((healed - began) / 1000),
        chainSeconds: Math.round(chainSeconds),
        recovered: Math.round((performance.now() - healed) / 1000),
        posted: after.posted - before.posted,
        lost: after.lost - before.lost,
        rejected: after.rejected - before.rejected,
        stakeLost: after.stakeLost - before.stakeLost,
      }
    }
  }
}
