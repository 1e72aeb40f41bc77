import type { SimulatedRound, Simulation } from '../../src/lab/simulation/index.ts'

/** Every measurement of every run, one line for each round: run, member, round, samples, loss, and a column for each metric. */
export function simulationCsv({ federated, alone, float, fedavg }: Simulation): string {
  const runs: { run: string; member: string; rounds: readonly SimulatedRound[] }[] = [
    { run: 'federated', member: '', rounds: federated },
    ...alone.map(({ member, rounds }) => ({ run: 'alone', member: member.name, rounds })),
    { run: 'float', member: '', rounds: float },
    { run: 'fedavg', member: '', rounds: fedavg },
  ]
  const metrics = [
    ...new Set(runs.flatMap(({ rounds }) => rounds.flatMap(({ evaluation }) => Object.keys(metricsOf(evaluation))))),
  ].sort()
  const lines = runs.flatMap(({ run, member, rounds }) =>
    rounds.map(({ round, evaluation }) => {
      const values = metricsOf(evaluation)
      return [run, quoted(member), round, evaluation.samples, evaluation.loss, ...metrics.map((name) => values[name] ?? '')].join(
        ',',
      )
    }),
  )
  return `${[['run', 'member', 'round', 'samples', 'loss', ...metrics].join(','), ...lines].join('\n')}\n`
}

function metricsOf({ accuracy, metrics }: SimulatedRound['evaluation']): Record<string, number> {
  const all: Record<string, number> = { ...(accuracy !== undefined && { accuracy }), ...metrics }
  // It has a column already.
  delete all['loss']
  return all
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
