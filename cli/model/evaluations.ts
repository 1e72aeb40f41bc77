import { join } from 'node:path'
import type { Command } from 'commander'
import { readLedgerEvents, readTask, standingClaims } from '../../src/chain/index.ts'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { isQuorateError, plural, QuorateError } from '../../src/core/index.ts'
import type { Hash } from '../../src/protocol/index.ts'
import { readMeasured } from '../../participant/measured.ts'
import { writeFileAtomic } from '../../src/storage/index.ts'
import { bestRound, mayStop, metricNames } from '../../src/training/metrics/index.ts'
import type { MetricName, RoundSelection } from '../../src/training/metrics/index.ts'
import { parseTaskDocument } from '../../src/training/tasks/task-document.ts'
import { readTaskFiles } from '../../src/replay/index.ts'
import { positiveNumber } from '../chain-options.ts'
import { connectTo } from '../connect.ts'
import { evaluationLines } from '../status/evaluation-lines.ts'
import { readEvaluations } from '../status/read-evaluations.ts'
import type { RoundEvaluations } from '../status/read-evaluations.ts'
import { readSource, withNode } from '../task-source.ts'
import type { SourceFlags } from '../task-source.ts'
import { measuredLines } from './measured.ts'
import { taskNumber } from './names.ts'
import { evaluationsPage } from './evaluations-page.ts'

interface EvaluationsFlags extends SourceFlags {
  latest: number
  metric?: string
  patience?: number
  html?: string
}

/** `quorate model evaluations`: what all members measured of each model, and which round to take by it. */
export default function evaluationsCommand(model: Command): void {
  withNode(model.command('evaluations <task>'))
    .description('show what members measured of the models on test samples of their own, and the best round by it')
    .option('--latest <n>', 'newest rounds to show', positiveNumber, 10)
    .option('--metric <name>', `metric that names the best round: ${metricNames.join(', ')}; that of the task if left out`)
    .option(
      '--patience <n>',
      'rounds without a better one after which training may stop; that of the task if left out',
      positiveNumber,
    )
    .option('--html <file>', 'also write a page with charts, for a browser')
    .action(async (task: string, flags: EvaluationsFlags) => showEvaluations(taskNumber(task), flags))
}

async function showEvaluations(task: bigint, flags: EvaluationsFlags): Promise<void> {
  const output = createOutput(flags.json)
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const { rpc, ledger, chainId, fromBlock, state } = await readSource(flags)
  if (state === undefined) throw new QuorateError('USAGE', 'say where the evaluations are: pass --config or --state')
  const wanted = metricOption(flags.metric)
  const { chain, contracts } = await connectTo({ rpc, ledger, chainId, signal })
  try {
    const [{ committee, specHash }, events] = await Promise.all([
      readTask(chain, { ledger: contracts.ledger, task, signal }),
      readLedgerEvents(chain, { contracts, task, fromBlock, signal }),
    ])
    const rounds = await readEvaluations({
      chain,
      contracts,
      task,
      committee,
      events,
      claims: standingClaims(events),
      domain: { chainId: chain.chainId, ledger: contracts.ledger },
      folder: join(state, 'evaluations'),
    })
    const selection = await selectionOf(join(state, 'evidence'), task, specHash)
    const metric = wanted ?? selection?.metric ?? metricNames.find((name) => rounds.some(({ summary }) => name in summary))
    const advice = metric && adviceOf(rounds, metric, flags.patience ?? selection?.patience ?? 0)
    const own = await readMeasured(join(state, 'measured'))
    const told = advice ? adviceLines(task, advice) : []
    if (flags.html !== undefined) {
      await writeFileAtomic(flags.html, evaluationsPage({ task, rounds, advice: told.filter((line) => line !== ''), own }))
      output.story(`Charts written to ${flags.html}`)
    }
    output.result(
      { event: 'evaluations', ok: true, task, rounds, best: advice ?? null, own: own ?? null },
      [...evaluationLines(rounds.slice(-flags.latest)), ...told, ...measuredLines(own)].join('\n'),
    )
  } finally {
    await chain.close()
  }
}

function metricOption(name: string | undefined): MetricName | undefined {
  if (name === undefined || (metricNames as readonly string[]).includes(name)) return name as MetricName | undefined
  throw new QuorateError('FLAG_INVALID', `--metric: ${name} cannot name the best round; these can: ${metricNames.join(', ')}`)
}

/** How the task names its best round, where the node keeps the document of the task and it says so. */
async function selectionOf(evidence: string, task: bigint, specHash: Hash): Promise<RoundSelection | undefined> {
  try {
    return parseTaskDocument((await readTaskFiles(evidence, task, specHash)).document).evaluation
  } catch (error) {
    // A member with a program of its own has a document in a form of its own.
    if (isQuorateError(error, 'SPEC_INVALID') || isQuorateError(error, 'EVIDENCE_MISSING')) return undefined
    throw error
  }
}

interface Advice {
  metric: MetricName
  /** The best round by the mean of all members, and by their median. */
  byMean: bigint
  byMedian: bigint
  /** Whether the last `patience` rounds brought nothing better. */
  mayStop: boolean
  patience: number
}

/** What the evaluations say of rounds. Advice only: no node acts on it. */
function adviceOf(rounds: readonly RoundEvaluations[], metric: MetricName, patience: number): Advice | undefined {
  const measured = (of: 'mean' | 'median') =>
    rounds.flatMap(({ round, summary }) =>
      summary[metric]
        ? [{ round: Number(round), evaluation: { loss: Number.NaN, ...valueOf(metric, summary[metric][of]) } }]
        : [],
    )
  const [byMean, byMedian] = [bestRound(measured('mean'), metric), bestRound(measured('median'), metric)]
  if (!byMean || !byMedian) return undefined
  return {
    metric,
    byMean: BigInt(byMean.round),
    byMedian: BigInt(byMedian.round),
    mayStop: mayStop(measured('mean'), { metric, patience }),
    patience,
  }
}

function valueOf(metric: MetricName, value: number): { loss: number } | { metrics: Record<string, number> } {
  return metric === 'loss' ? { loss: value } : { metrics: { [metric]: value } }
}

function adviceLines(task: bigint, { metric, byMean, byMedian, mayStop: stop, patience }: Advice): string[] {
  return [
    '',
    `Best round by ${metric}: ${byMean}${byMedian === byMean ? '' : `; by the median of members ${byMedian}`}.` +
      (stop ? ` The last ${plural(patience, 'round')} brought nothing better: training may stop.` : ''),
    `Its model, for other programs: quorate model export ${task} ${byMean} --format onnx --out round-${byMean}.onnx (docs/results.md)`,
  ]
}
