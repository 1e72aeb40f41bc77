import { isQuorateError } from '../../core/index.ts'
import type { QuorateError } from '../../core/index.ts'
import { federate } from './federate.ts'
import type { FederatedRound } from './federate.ts'
import { averageInFloats, federateInFloats, trainAlone } from './in-floats.ts'
import type { SimulatedMember, SimulatedRound, SimulationSetup } from './setup.ts'

/** What a simulation compares the federated model with. */
export const COMPARISONS = ['alone', 'float', 'fedavg'] as const
export type Comparison = (typeof COMPARISONS)[number]
export type RunName = 'federated' | Comparison

export interface AloneRun {
  member: SimulatedMember
  rounds: SimulatedRound[]
}

export interface Simulation {
  federated: FederatedRound[]
  /** Each honest member by itself. */
  alone: AloneRun[]
  /** The same rounds without int8. */
  float: SimulatedRound[]
  /** FedAvg of the honest members. */
  fedavg: SimulatedRound[]
  /** Why a run ended before its time. */
  failures: { run: RunName; member?: string; error: QuorateError }[]
}

export interface SimulateHooks {
  compare: readonly Comparison[]
  /** Called after each round. */
  onRound: (run: RunName, round: SimulatedRound | FederatedRound, member?: SimulatedMember) => void
}

/**
 * Runs a task with all its members in this process, and what to compare it with: every honest member alone, the same rounds in floats, and
 * FedAvg of the honest members. Each has as many rounds as the federated run. A run that fails, or that is cancelled, ends early and keeps its rounds.
 *
 * @example const { federated, alone } = await simulate(setup, { compare: ['alone'], onRound: () => {} })
 */
export async function simulate(setup: SimulationSetup, { compare, onRound }: SimulateHooks): Promise<Simulation> {
  const simulation: Simulation = { federated: [], alone: [], float: [], fedavg: [], failures: [] }
  const follow = async <R extends SimulatedRound>(
    run: RunName,
    rounds: AsyncGenerator<R>,
    into: R[],
    member?: SimulatedMember,
  ): Promise<void> => {
    try {
      for await (const round of rounds) {
        into.push(round)
        onRound(run, round, member)
      }
    } catch (error) {
      if (!isQuorateError(error)) throw error
      simulation.failures.push({ run, error, ...(member && { member: member.name }) })
    }
  }
  await follow('federated', federate(setup), simulation.federated)
  const same = { ...setup, rounds: simulation.federated.length, selection: { ...setup.selection, patience: 0 } }
  const goesOn = (comparison: Comparison): boolean =>
    compare.includes(comparison) && same.rounds > 0 && setup.signal?.aborted !== true
  for (const member of goesOn('alone') ? setup.members.filter(({ attack }) => attack === undefined) : []) {
    if (setup.signal?.aborted === true) break
    const alone: AloneRun = { member, rounds: [] }
    simulation.alone.push(alone)
    await follow('alone', trainAlone(same, member), alone.rounds, member)
  }
  if (goesOn('float')) await follow('float', federateInFloats(same), simulation.float)
  if (goesOn('fedavg')) await follow('fedavg', averageInFloats(same), simulation.fedavg)
  return simulation
}
