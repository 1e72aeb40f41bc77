import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { accountFromKey, TransactionSender } from '../../src/chain/index.ts'
import { formatAmount } from '../../src/config/index.ts'
import type { Output } from '../../src/console/index.ts'
import { isQuorateError, QuorateError, systemClock } from '../../src/core/index.ts'
import { auditTask, loadAgreements } from '../../src/node/index.ts'
import { createLogger } from '../../src/observe/index.ts'
import { readLedgerEvents, standingClaims } from '../../src/chain/index.ts'
import { claimRewards } from '../../participant/actions/claim-rewards.ts'
import { foundConsortium, MEMBER_BOND } from './consortium.ts'
import type { Consortium } from './consortium.ts'
import { LiveView } from './live-view.ts'
import { NodeProcess } from './node-process.ts'
import type { DemoOptions } from './options.ts'
import { Progress } from './progress.ts'
import { summarise, tellSummary } from './summary.ts'
import type { DemoSummary } from './summary.ts'

const NO_POISONERS =
  '· no poisoners: everybody is honest (by default a poisoner for every four members, two at most; see --attack)'
/** Pause between looks at what the processes have reached, ms. */
const LOOK_MS = 200

/**
 * Runs a whole consortium on this machine with the real programs: one process for the chain, one for the coordinator, one per member. The demo itself only sets up,
 * watches, claims and audits.
 *
 * @throws QuorateError PROCESS_FAILED naming the log, CANCELLED, or what setting up ran into
 */
export async function runDemo(options: DemoOptions, output: Output, interrupt: AbortSignal): Promise<DemoSummary> {
  const ending = new AbortController()
  const signal = AbortSignal.any([interrupt, ending.signal])
  const started = performance.now()
  const folder = options.data ? resolve(options.data) : await mkdtemp(join(tmpdir(), 'quorate-demo-'))
  const logger = createLogger({ name: 'demo', file: join(folder, 'demo.log') })
  const processes: NodeProcess[] = []
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  let consortium: Consortium | undefined
  let finished = false
  const view = new LiveView(output)
  try {
    consortium = await foundConsortium({ ...options, folder, logger, onStep: (step) => view.step(step), signal })
    const { members, operator } = consortium
    const progress = new Progress(members, options.rounds)
    const fail = (error: QuorateError): void => failed.reject(error)
    view.watch(progress)
    // Members pin the certificate that the coordinator makes on its first start.
    const coordinating = Promise.withResolvers<void>()
    view.step(`starting a coordinator and ${members.length} members`)
    if (!members.some((member) => member.attack)) output.story(NO_POISONERS)
    processes.push(
      new NodeProcess(
        'coordinator',
        ['coordinator', 'run', '--config', operator.configPath, '--json'],
        (event) => {
          if (event.event === 'started') coordinating.resolve()
          progress.onCoordinator(event)
          view.changed()
        },
        fail,
      ),
    )
    await Promise.race([failed.promise, coordinating.promise])
    for (const { index, configPath } of members) {
      processes.push(
        new NodeProcess(
          `member-${index}`,
          ['member', 'run', '--config', configPath, '--json'],
          (event) => {
            progress.onMember(index, event)
            view.changed()
          },
          fail,
        ),
      )
    }
    await Promise.race([failed.promise, trained(consortium, progress, options.rounds, signal)])
    view.step('stopping the programs')
    await Promise.all(processes.splice(0).map(async (process) => process.stop()))
    view.step('claiming rewards')
    await claimAll(consortium, logger, output, signal)
    view.step('auditing every round from genesis')
    const { chain, contracts, task, fromBlock } = consortium
    const audited = await auditTask({
      chain,
      contracts,
      task,
      fromBlock,
      evidence: join(members[0]!.dataFolder, 'evidence'),
      signal,
    })
    view.close()
    const summary = await summarise(consortium, progress, audited, (performance.now() - started) / 1000)
    output.story(tellSummary(summary, consortium))
    finished = true
    return summary
  } finally {
    ending.abort()
    view.close()
    await Promise.all(processes.map(async (process) => process.stop()))
    await consortium?.chain.close()
    await consortium?.anvil.stop()
    if (finished && !options.keep && !options.data) await rm(folder, { recursive: true, force: true })
    else output.story(`Data, logs and evidence are in ${folder}`)
  }
}

/** Resolves when the last round is posted, replayed and agreed to by two thirds of the stake. */
async function trained(consortium: Consortium, progress: Progress, rounds: number, signal: AbortSignal): Promise<void> {
  const { members, chain, contracts, task, fromBlock } = consortium
  while (progress.posted < rounds || !progress.accuracy.has(rounds)) await systemClock.sleep(LOOK_MS, signal)
  const claim = standingClaims(await readLedgerEvents(chain, { contracts, task, fromBlock })).find(
    ({ round }) => round === BigInt(rounds),
  )
  if (!claim) throw new QuorateError('INTERNAL', `round ${rounds} was reported posted and is not on chain`)
  const total = MEMBER_BOND * BigInt(members.length)
  for (;;) {
    const { signatures } = await loadAgreements(join(members[0]!.dataFolder, 'agreements'), claim.claimHash)
    if (MEMBER_BOND * BigInt(signatures.length) * 10_000n >= total * 6667n) return
    await systemClock.sleep(LOOK_MS, signal)
  }
}

/** Every member claims what it earned, as its owner would with `quorate member claim`. */
async function claimAll(
  { chain, contracts, task, fromBlock, members }: Consortium,
  logger: ReturnType<typeof createLogger>,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  for (const { owner, ownerKey, dataFolder } of members) {
    const sender = new TransactionSender({ chain, account: accountFromKey(ownerKey), logger })
    try {
      const { amount, round } = await claimRewards(sender, { contracts, task, member: owner, dataFolder, fromBlock, signal })
      logger.info({ member: owner, amount: formatAmount(amount), round }, 'claimed')
    } catch (error) {
      if (!isQuorateError(error, 'NOTHING_TO_CLAIM')) throw error
      output.story(`${owner} has nothing to claim`)
    }
  }
}
