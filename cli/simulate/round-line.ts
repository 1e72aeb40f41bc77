import type { FederatedRound, RunName, SimulatedMember, SimulatedRound } from '../../src/lab/simulation/index.ts'
import { metricValue } from '../../src/training/index.ts'
import type { MetricName, RoundSelection } from '../../src/training/index.ts'
import { measured } from './measured.ts'

/** What people call the runs. */
export const RUNS: Readonly<Record<RunName, string>> = {
  federated: 'federated',
  alone: 'alone',
  float: 'in floats',
  fedavg: 'FedAvg of the honest',
}

/** Other metrics that a line names beside the chosen one. */
const ALSO: readonly MetricName[] = ['accuracy', 'auc', 'mae']

/** A line about a federated round: what the model scores, and whose update did not count. */
export function roundLine(
  { round, evaluation, rows }: FederatedRound,
  { rounds, members, selection }: { rounds: number; members: readonly SimulatedMember[]; selection: RoundSelection },
): string {
  const refused = rows
    .filter(({ verdict }) => verdict !== 'accepted' && verdict !== 'downweighted')
    .map(({ member, verdict }) => `${members[member]!.name} ${verdict}`)
  const also = ALSO.filter((name) => name !== selection.metric && metricValue(evaluation, name) !== undefined)
  return [
    `round ${String(round).padStart(String(rounds).length)}/${rounds}`,
    `${scored(evaluation, selection.metric)}, loss ${evaluation.loss.toPrecision(3)}${also.map((name) => `, ${scored(evaluation, name)}`).join('')}`,
    refused.length === 0 ? 'every update counts' : refused.join(', '),
  ].join('  ')
}

/** A line about a run that ended. */
export function runLine(
  run: RunName,
  { evaluation }: SimulatedRound,
  { metric }: RoundSelection,
  member?: SimulatedMember,
): string {
  return `${member ? `${member.name} ` : ''}${RUNS[run]}: ${scored(evaluation, metric)}`
}

function scored(evaluation: SimulatedRound['evaluation'], metric: MetricName): string {
  const value = metricValue(evaluation, metric)
  return `${metric} ${value === undefined ? 'not measured' : measured(metric, value)}`
}
