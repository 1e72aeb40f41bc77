import { escapeHtml, lineChart, REPORT_STYLE } from '../../src/lab/index.ts'
import type { SimulatedRound, Simulation, SimulationSummary } from '../../src/lab/simulation/index.ts'
import { metricValue } from '../../src/training/index.ts'
import { RUNS } from './round-line.ts'
import { tellSimulation } from './tell-summary.ts'

/** One page with the curves of all runs and the result. */
export function simulationPage(simulation: Simulation, summary: SimulationSummary, command: string): string {
  const { metric } = summary
  const { federated, alone, float, fedavg } = simulation
  const lines = [
    { label: RUNS.federated, rounds: federated },
    { label: RUNS.float, rounds: float },
    { label: RUNS.fedavg, rounds: fedavg },
    ...alone.map(({ member, rounds }) => ({ label: `${member.name} alone`, rounds })),
  ].flatMap(({ label, rounds }) => (rounds.length === federated.length ? [{ label, values: valuesOf(rounds, metric) }] : []))
  const chart =
    federated.length > 1
      ? lineChart(
          metric,
          federated.map(({ round }) => round),
          lines,
        )
      : ''
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>quorate simulate</title><style>${REPORT_STYLE}</style>
<h1>quorate simulate</h1><pre>${escapeHtml(command)}</pre><figure><figcaption>${escapeHtml(metric)} by round</figcaption>${chart}</figure>
<pre>${escapeHtml(tellSimulation(summary, federated.length))}</pre></html>
`
}

function valuesOf(rounds: readonly SimulatedRound[], metric: SimulationSummary['metric']): number[] {
  return rounds.map(({ evaluation }) => metricValue(evaluation, metric) ?? 0)
}
