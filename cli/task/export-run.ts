import { join } from 'node:path'
import type { Command } from 'commander'
import { readLedgerEvents, readTask, readToken, standingClaims } from '../../src/chain/index.ts'
import type { Chain, LedgerEvent } from '../../src/chain/index.ts'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { plural, QuorateError } from '../../src/core/index.ts'
import { claimEvent } from '../../src/node/events/claim-event.ts'
import { openTrackers } from '../../src/node/events/start-tracking.ts'
import { claimValues } from '../../src/node/events/track-events.ts'
import { createLogger } from '../../src/observe/index.ts'
import type { TrackedValues } from '../../src/observe/tracking/index.ts'
import { auditTask } from '../../src/replay/index.ts'
import { connectTo } from '../connect.ts'
import { readEvaluations } from '../status/read-evaluations.ts'
import type { RoundEvaluations } from '../status/read-evaluations.ts'
import { evidenceOf, readSource, withSource } from '../task-source.ts'
import type { SourceFlags } from '../task-source.ts'

interface ExportRunFlags extends SourceFlags {
  tensorboard?: string
  mlflow?: string
  experiment: string
  run?: string
}

/** `quorate task export-run`: the rounds of a task from kept evidence, for TensorBoard and MLflow. */
export default function exportRunCommand(task: Command): void {
  withSource(task.command('export-run'))
    .description('replay the rounds of a task from its evidence, and write their numbers for TensorBoard or MLflow')
    .option('--tensorboard <folder>', 'folder for an event file')
    .option('--mlflow <url>', 'address of an MLflow tracking server')
    .option('--experiment <name>', 'experiment of MLflow', 'quorate')
    .option('--run <name>', 'name of the run in MLflow')
    .action(exportRun)
}

async function exportRun(flags: ExportRunFlags): Promise<void> {
  const output = createOutput(flags.json)
  const { tensorboard, mlflow, experiment, run } = flags
  const source = await readSource(flags)
  const evidence = evidenceOf(source)
  const { task, state, fromBlock } = source
  if (tensorboard === undefined && mlflow === undefined)
    throw new QuorateError('USAGE', 'say where the run goes: --tensorboard, --mlflow or both')
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const { chain, contracts } = await connectTo({ ...source, signal })
  const logger = createLogger({ name: 'export-run', level: 'warn' })
  const trackers = openTrackers({
    tracking: { tensorboard, mlflow, experiment, run },
    tags: { task: String(task), ledger: contracts.ledger, role: 'replay' },
    logger,
  })
  let rounds = 0
  try {
    const [{ decimals }, { committee }, events] = await Promise.all([
      readToken(chain, { token: contracts.token, signal }),
      readTask(chain, { ledger: contracts.ledger, task, signal }),
      readLedgerEvents(chain, { contracts, task, fromBlock, signal }),
    ])
    const times = await timesOf(chain, events)
    const domain = { chainId: chain.chainId, ledger: contracts.ledger }
    const at = { chain, contracts, task, committee, events, claims: standingClaims(events), domain }
    // Rounds go on while this reads.
    const until = at.claims.at(-1)?.round ?? 0n
    const evaluated = state === undefined ? [] : await readEvaluations({ ...at, folder: join(state, 'evaluations') })
    await auditTask({
      chain,
      contracts,
      task,
      evidence,
      fromBlock,
      includePending: true,
      until,
      signal,
      onAwaited: (round) => output.story(`round ${round}: its evidence is not in ${evidence} yet`),
      onRound({ round, computed }) {
        const { openedAt, postedAt } = times.get(round)!
        const values: TrackedValues = {
          ...claimValues(claimEvent('replayed', round, computed), decimals),
          'round/seconds': postedAt - openedAt,
          ...evaluationValues(evaluated.find((one) => one.round === round)),
        }
        for (const tracker of trackers) tracker.log(Number(round), values, postedAt)
        rounds++
        output.story(`round ${round}: ${values['updates/accepted']} accepted, ${values['updates/rejected']} rejected`)
      },
    })
  } finally {
    await Promise.all([chain.close(), ...trackers.map(async (tracker) => tracker.close())])
  }
  const places = [tensorboard, mlflow].filter((place) => place !== undefined)
  output.result(
    { event: 'runExported', ok: true, task, rounds, tensorboard: tensorboard ?? null, mlflow: mlflow ?? null },
    `${plural(rounds, 'round')} replayed and written to ${places.join(' and ')}.`,
  )
}

/** What members measured of the model of a round: mean, median and each member. */
function evaluationValues(evaluated: RoundEvaluations | undefined): TrackedValues {
  const { summary = {}, evaluations = [] } = evaluated ?? {}
  return Object.fromEntries([
    ...Object.entries(summary).flatMap(([name, { mean, median, spread }]) => [
      [`members/${name}/mean`, mean],
      [`members/${name}/median`, median],
      [`members/${name}/spread`, spread],
    ]),
    ...evaluations.flatMap(({ member, metrics }) =>
      Object.entries(metrics).map(([name, value]) => [`members/${name}/${member}`, value]),
    ),
  ]) as TrackedValues
}

/** When the rounds with a claim opened and were posted, unix seconds of the chain. */
async function timesOf(
  chain: Chain,
  events: readonly LedgerEvent[],
): Promise<Map<bigint, { openedAt: number; postedAt: number }>> {
  const times = new Map<bigint, { openedAt: number; postedAt: number }>()
  for (const event of events) {
    if (event.type === 'opened') times.set(event.round, { openedAt: event.openedAt, postedAt: event.openedAt })
    if (event.type !== 'posted') continue
    const { timestamp } = await chain.publicClient.getBlock({ blockNumber: event.blockNumber })
    const opened = times.get(event.round)?.openedAt ?? Number(timestamp)
    times.set(event.round, { openedAt: opened, postedAt: Number(timestamp) })
  }
  return times
}
