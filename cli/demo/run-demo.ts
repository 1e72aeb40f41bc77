import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { accountFromKey, DEVELOPMENT_TOKEN, readCurrentRound, TransactionSender } from '../../src/chain/index.ts'
import type { Output } from '../../src/console/index.ts'
import { formatAmount, isQuorateError, plural, systemClock } from '../../src/core/index.ts'
import type { Logger, QuorateError } from '../../src/core/index.ts'
import { loadAgreements } from '../../src/node/index.ts'
import { auditTask } from '../../src/replay/index.ts'
import type { AuditedRound } from '../../src/replay/index.ts'
import type { NodeEvent } from '../../src/node/index.ts'
import { reachesQuorum } from '../../src/protocol/index.ts'
import { createLogger } from '../../src/observe/index.ts'
import { readLedgerEvents } from '../../src/chain/index.ts'
import { DEFAULT_QUORUM_BPS } from '../../coordinator/actions/create-task.ts'
import { claimRewards } from '../../src/node/index.ts'
import { foundConsortium, lieWindows, MEMBER_BOND } from './consortium.ts'
import type { Consortium, ConsortiumOptions } from './consortium.ts'
import { readFraud, tellEvent } from './fraud-report.ts'
import type { FraudReport } from './fraud-report.ts'
import { LiveView } from './live-view.ts'
import { memberProgram } from './member-program.ts'
import { LYING_COORDINATOR, NodeProcess } from './node-process.ts'
import type { DemoOptions } from './options.ts'
import { openPage } from './open-page.ts'
import { Progress } from './progress.ts'
import { summarise, tellSummary } from './summary.ts'
import { nameOf } from './words.ts'
import type { DemoSummary } from './summary.ts'

const NO_POISONERS = 'no poisoners: all members are honest (by default one poisoner per four members, two at most; see --attack)'
/** Pause between checks of the progress, ms. */
const LOOK_MS = 200

/** A consortium with another task than MNIST. */
export interface StagedOptions extends DemoOptions, Pick<ConsortiumOptions, 'files' | 'trainingOf'> {
  /** The outcome as text; that of MNIST if left out. */
  tell?: (summary: DemoSummary, consortium: Consortium) => string
  /** Called with what the audit replayed. */
  onAudited?: (audited: readonly AuditedRound[]) => void
}

/**
 * Runs a whole consortium on this machine with the real programs: one process for the chain, one for the coordinator, one per member. The demo itself only sets up,
 * watches, claims and audits.
 *
 * @throws QuorateError PROCESS_FAILED naming the log, CANCELLED, or an error of the setup
 */
export async function runDemo(options: StagedOptions, output: Output, interrupt: AbortSignal): Promise<DemoSummary> {
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
    const { lie } = options
    consortium = await foundConsortium({
      ...options,
      dashboard: options.open,
      ...(lie ? { windows: lieWindows(lie.fault), standby: true } : {}),
      folder,
      logger,
      onStep: (step) => view.step(step),
      signal,
    })
    const { members, operator, standby } = consortium
    const progress = new Progress(members, options.rounds)
    const fail = (error: QuorateError): void => failed.reject(error)
    view.watch(progress)
    view.step(`starting ${standby ? 'two coordinators' : 'a coordinator'} and ${plural(members.length, 'member')}`)
    /** A line that stays: below the table on a terminal. */
    const note = (text: string): void => {
      progress.notes.push(text)
      view.changed()
    }
    if (!members.some((member) => member.attack)) note(NO_POISONERS)
    if (lie) note(`the first operator will post a false claim in round ${lie.round} (${lie.fault})`)
    /** Resolves when the operator serves: members pin the certificate that it makes on its first start. */
    const operate = async (name: string, args: string[], program?: string): Promise<void> => {
      const serving = Promise.withResolvers<void>()
      const onEvent = (event: NodeEvent): void => {
        if (event.event === 'started') serving.resolve()
        progress.onCoordinator(event)
        view.changed()
      }
      processes.push(new NodeProcess(name, args, onEvent, fail, program))
      await Promise.race([failed.promise, serving.promise])
    }
    const ordinary = (configPath: string): string[] => ['coordinator', 'run', '--config', configPath, '--json']
    const lying = (fault: string, round: number): string[] => [
      '--config',
      operator.configPath,
      '--fault',
      fault,
      '--round',
      `${round}`,
    ]
    await (lie
      ? operate('coordinator', lying(lie.fault, lie.round), LYING_COORDINATOR)
      : operate('coordinator', ordinary(operator.configPath)))
    if (operator.dashboard) {
      const url = `http://${operator.dashboard}/`
      const opened = await openPage(url)
      note(`the dashboard is at ${url} while the demo runs${opened ? '' : ': open it in a browser'}`)
    }
    if (standby) {
      // The first operator is to have the seat.
      await Promise.race([failed.promise, seatTaken(consortium, signal)])
      await operate('standby', ordinary(standby.configPath))
    }
    for (const member of members) {
      const { index } = member
      const { args, program } = memberProgram(member)
      processes.push(
        new NodeProcess(
          `member-${index}`,
          args,
          (event) => {
            progress.onMember(index, event)
            view.changed()
          },
          fail,
          program,
        ),
      )
    }
    view.step('waiting for the first round')
    const following = { consortium, progress, lie, onChange: () => view.changed(), signal }
    const fraud = await Promise.race([failed.promise, trained(following)])
    view.step('stopping the programs')
    await Promise.all(processes.splice(0).map(async (process) => process.stop()))
    view.step('claiming rewards')
    await claimAll(consortium, { logger, note, signal })
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
    options.onAudited?.(audited)
    view.close()
    const summary = await summarise(consortium, progress, audited, { fraud, seconds: (performance.now() - started) / 1000 })
    output.story(options.tell ? options.tell(summary, consortium) : tellSummary(summary, consortium, options))
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

/**
 * Follows the chain until the wanted number of claims stand. All must be replayed, the quorum of the stake must agree
 * to the last one, and a false claim must be rejected and posted again.
 */
async function trained(options: {
  consortium: Consortium
  progress: Progress
  lie: DemoOptions['lie']
  onChange: () => void
  signal: AbortSignal
}): Promise<FraudReport | undefined> {
  const { consortium, progress, lie, onChange, signal } = options
  const { members, chain, contracts, task, fromBlock } = consortium
  const total = MEMBER_BOND * BigInt(members.length)
  let told = 0
  for (;;) {
    const events = await readLedgerEvents(chain, { contracts, task, fromBlock, signal })
    for (const event of events.slice(told)) progress.notes.push(...[tellEvent(event, consortium) ?? []].flat())
    if (progress.onChain(events) || events.length !== told) onChange()
    told = events.length
    const fraud = lie && (await readFraud(consortium, lie.fault, events))
    const last = progress.standing[progress.rounds - 1]
    if (last && progress.accuracy.has(Number(last.round)) && (fraud || !lie)) {
      const agreements = await loadAgreements(join(members[0]!.dataFolder, 'agreements'), last.claimHash)
      if (reachesQuorum(MEMBER_BOND * BigInt(agreements.length), total, DEFAULT_QUORUM_BPS)) return fraud
    }
    await systemClock.sleep(LOOK_MS, signal)
  }
}

/** Every member claims its rewards, as with `quorate member claim`. */
async function claimAll(
  { chain, contracts, task, fromBlock, members }: Consortium,
  { logger, note, signal }: { logger: Logger; note: (text: string) => void; signal: AbortSignal },
): Promise<void> {
  for (const member of members) {
    const { owner, ownerKey, dataFolder } = member
    const sender = new TransactionSender({ chain, account: accountFromKey(ownerKey), logger })
    try {
      const { amount, round } = await claimRewards(sender, { contracts, task, member: owner, dataFolder, fromBlock, signal })
      logger.info({ member: owner, amount: formatAmount(amount, DEVELOPMENT_TOKEN), round }, 'claimed')
    } catch (error) {
      if (!isQuorateError(error, 'NOTHING_TO_CLAIM')) throw error
      note(`${nameOf(member)} earned no rewards to claim`)
    }
  }
}

/** Resolves when an operator has the seat of the task. */
export async function seatTaken({ chain, contracts, task }: Consortium, signal: AbortSignal): Promise<void> {
  const { ledger } = contracts
  while ((await readCurrentRound(chain, { ledger, task, signal })).state === 'empty') await systemClock.sleep(LOOK_MS, signal)
}
