import { ProgressBar } from '../../src/console/index.ts'
import type { Output } from '../../src/console/index.ts'
import { simulate } from '../../src/lab/simulation/index.ts'
import type { Comparison, FederatedRound, SimulatedRound, Simulation, SimulationSetup } from '../../src/lab/simulation/index.ts'
import { mayStop } from '../../src/training/index.ts'
import { RUNS, roundLine, runLine } from './round-line.ts'

/** Runs a simulation and tells how it goes: a line for each federated round and for each other run, and events with `--json`. */
export async function runSimulation(setup: SimulationSetup, compare: readonly Comparison[], output: Output): Promise<Simulation> {
  const { members, rounds, selection } = setup
  const honest = members.filter(({ attack }) => attack === undefined).length
  const perRound = { federated: members.length, alone: honest, float: members.length, fedavg: honest }
  const trainings = (['federated', ...compare] as const).reduce((total, run) => total + perRound[run], 0)
  using progress = new ProgressBar({ output, unit: 'training', total: rounds * trainings, doing: RUNS.federated })
  const federated: SimulatedRound[] = []
  return simulate(
    { ...setup, onTrained: () => progress.done() },
    {
      compare,
      onRound(run, round, member) {
        progress.doing(RUNS[run])
        if (output.json) output.result({ event: 'round', run, member: member?.name, ...round })
        if (run === 'federated') {
          federated.push(round)
          // The other runs have as many rounds.
          if (mayStop(federated, selection)) progress.spare((rounds - federated.length) * trainings)
          progress.line(`${roundLine(round as FederatedRound, { rounds, members, selection })}${progress.left()}`)
        } else if (round.round === federated.length) progress.line(`${runLine(run, round, selection, member)}${progress.left()}`)
      },
    },
  )
}
