import type { Command } from 'commander'
import { accountFromKey, TransactionSender } from '../src/chain/index.ts'
import { loadKey, loadKeyFile, readMemberConfig } from '../src/config/index.ts'
import { createNodeOutput, createOutput, onInterrupt } from '../src/console/index.ts'
import type { Output } from '../src/console/index.ts'
import { plural, QuorateError } from '../src/core/index.ts'
import { openAccountKey } from '../src/account/index.ts'
import { judgeEvidence, NodeEvents, NodeStatus, printEvents } from '../src/node/index.ts'
import type { NodeEvent } from '../src/node/index.ts'
import { startConfiguredApi } from '../src/api/configured-api.ts'
import { createLogger, createMetrics, startMetricsServer } from '../src/observe/index.ts'
import { startParticipant } from '../participant/app.ts'
import { address, bigintOption, rpcOption, wholeNumber } from './chain-options.ts'
import { connectTo } from './connect.ts'

interface WatchOptions {
  config?: string
  rpc?: readonly string[]
  ledger?: `0x${string}`
  chainId?: number
  task: bigint
  fromBlock: bigint
  evidence?: string
  key?: string
  json: boolean
}

/** `quorate watch`. */
export default function watchCommand(program: Command): void {
  program
    .command('watch')
    .description(
      "check posted claims and prove false claims on chain: continuously with a member's identity, or once with a folder of evidence",
    )
    .option('--config <file>', 'configuration file of a member; follows its task until interrupted, without training')
    .option('--evidence <folder>', 'judge the rounds in this folder once; it has subfolders <task>/<round>/')
    .addOption(rpcOption('with --evidence: JSON-RPC URL of any node of the chain; repeated, for nodes that must agree'))
    .option('--ledger <address>', 'with --evidence: address of the RoundLedger', address)
    .option('--chain-id <id>', 'with --evidence: expected chain id; any by default', wholeNumber)
    .addOption(bigintOption('--task <id>', 'with --evidence: task number', 1n))
    .addOption(bigintOption('--from-block <number>', 'with --evidence: block of the deployment', 0n))
    .option(
      '--key <file>',
      'with --evidence: key file of a funded account that sends proofs; without it the command sends nothing',
    )
    .option('--json', 'print results as JSON lines', false)
    .action(async (options: WatchOptions) => {
      const output = createOutput(options.json)
      if ((options.config === undefined) === (options.evidence === undefined))
        throw new QuorateError('USAGE', 'pass exactly one of --config and --evidence')
      await (options.config === undefined ? judgeOnce(options, output) : follow(options.config, options.json))
    })
}

/** A member's node that trains nothing and signs nothing: it replays every claim and disputes the false ones. */
async function follow(path: string, json: boolean): Promise<void> {
  const config = await readMemberConfig(path)
  const output = createNodeOutput(json, config.log)
  const logger = createLogger({ name: 'watch', ...config.log })
  const metrics = createMetrics({ process: true })
  using interrupt = onInterrupt()
  const events = new NodeEvents(logger)
  if (output.json) printEvents(events, output)
  const status = new NodeStatus(events, { metrics })
  await using _observe = config.metrics.listen
    ? await startMetricsServer({ listen: config.metrics.listen, metrics, ready: async () => status.ready(), logger })
    : undefined
  await using api = await startConfiguredApi({
    config,
    path,
    role: 'watch',
    events,
    metrics,
    ready: async () => status.ready(),
    logger,
  })
  await using watching = await startParticipant(
    {
      chain: config.chain,
      task: config.task.id,
      operatorKey: await openAccountKey(config.keys.operator),
      peerSeed: await loadKey(config.keys.peer),
      coordinators: config.coordinator.map(({ address: at, ca }) => ({ address: at, caPath: ca })),
      p2p: config.p2p,
      dataFolder: config.state.folder,
      keepRounds: config.state.keepRounds,
      gram: config.engine.gram,
      logger,
      metrics,
      events,
    },
    interrupt.signal,
  )
  api?.follow(watching.node)
  output.story(`Watching task ${config.task.id} as ${watching.member}. Press Ctrl-C to stop.`)
  const gone = await Promise.race([interrupt.wait(), watching.gone])
  if (gone) throw gone
  output.story('Stopping. The next start continues open disputes.')
}

async function judgeOnce(options: WatchOptions, output: Output): Promise<void> {
  const { rpc, ledger, task, evidence, fromBlock, key } = options
  if (!rpc || !ledger) throw new QuorateError('USAGE', '--evidence needs --rpc and --ledger')
  using interrupt = onInterrupt()
  const logger = createLogger({ name: 'watch', level: 'warn' })
  const { chain, contracts } = await connectTo({ rpc, ledger, chainId: options.chainId, task, signal: interrupt.signal })
  try {
    const sender = key ? new TransactionSender({ chain, account: accountFromKey(await loadKeyFile(key)), logger }) : undefined
    const events = new NodeEvents(logger)
    events.onAny((event) => output.result(event, tell(event)))
    const judged = await judgeEvidence({
      chain,
      contracts,
      task,
      evidence: evidence!,
      fromBlock,
      sender,
      logger,
      events,
      signal: interrupt.signal,
    })
    const last = judged.at(-1)
    if (last?.outcome === 'missing')
      throw new QuorateError('EVIDENCE_MISSING', `round ${last.round}: ${last.reason}`, { details: { round: last.round } })
    if (last?.outcome === 'false')
      throw new QuorateError(
        'CLAIM_MISMATCH',
        `the claim of round ${last.round} is false and not rejected: pass --key to prove it on chain`,
        {
          details: { ...last },
        },
      )
    output.result(
      { event: 'watch', ok: true, rounds: judged.length, proved: last?.outcome === 'proved' },
      `${plural(judged.length, 'claim')} judged${last?.outcome === 'proved' ? ', and the last one is now rejected' : ': none is false'}.`,
    )
  } finally {
    await chain.close()
  }
}

function tell(event: NodeEvent): string {
  if (event.event === 'garbage') return `round ${event.round}: ${event.member} committed to an update with forbidden values`
  if (event.event !== 'judged') return event.event
  const { round, outcome, proof, reason } = event
  return `round ${round}: ${outcome}${proof ? ` (${proof})` : ''}${reason ? ` (${reason})` : ''}`
}
