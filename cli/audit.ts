import { join } from 'node:path'
import { Option } from 'commander'
import type { Command } from 'commander'
import { readLedgerEvents, readTask, standingClaims } from '../src/chain/index.ts'
import type { Chain, Contracts } from '../src/chain/index.ts'
import { createOutput, onInterrupt, ProgressBar } from '../src/console/index.ts'
import type { Output } from '../src/console/index.ts'
import { plural, QuorateError } from '../src/core/index.ts'
import { gramKernelNames, openEngine } from '../src/engine/index.ts'
import type { GramKernelName } from '../src/engine/index.ts'
import { addUpSpending } from '../src/privacy/index.ts'
import type { StatedSpending } from '../src/privacy/index.ts'
import type { AuditedRound } from '../src/replay/index.ts'
import { auditTask, quarantinesOf } from '../src/replay/index.ts'
import { createLogger } from '../src/observe/index.ts'
import { connectTo } from './connect.ts'
import { readStated } from './spending/read-stated.ts'
import { addedUpLines } from './spending/stated-lines.ts'
import { newestFinalClaim } from './status/newest-final.ts'
import { evidenceOf, readSource, withSource } from './task-source.ts'
import type { SourceFlags, TaskSource } from './task-source.ts'

interface AuditFlags extends SourceFlags {
  pending: boolean
  gram: GramKernelName
  fetch?: string
}

/** `quorate audit`. */
export default function auditCommand(program: Command): void {
  withSource(program.command('audit'))
    .description('replay every final round from its evidence and compare model root and ledger root with the chain')
    .option('--fetch <folder>', 'fetch the evidence that this folder lacks from the operators of --config, and audit the folder')
    .option('--pending', 'also replay posted rounds that are not final', false)
    .addOption(
      new Option('--gram <kernel>', 'kernel for the Gram matrices of large rounds').choices(gramKernelNames).default('wasm'),
    )
    .action(audit)
}

async function audit(flags: AuditFlags): Promise<void> {
  const { pending: includePending, fetch } = flags
  const source = await readSource(flags)
  const { task, fromBlock } = source
  const evidence = fetch ?? evidenceOf(source)
  const output = createOutput(flags.json)
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const logger = createLogger({ name: 'audit', level: 'warn' })
  await using engine = await openEngine({ gram: flags.gram, logger })
  const { chain, contracts } = await connectTo({ ...source, signal })
  try {
    if (fetch !== undefined) await fetchRounds(source, { folder: fetch, chain, contracts, includePending, output, signal })
    using progress = new ProgressBar({ output, unit: 'round', total: 1, doing: 'replaying' })
    const rounds = await auditTask({
      chain,
      contracts,
      task,
      evidence,
      fromBlock,
      includePending,
      engine,
      onAwaited(round) {
        progress.clear()
        output.story(`round ${round} (pending): its evidence is not in ${evidence} yet`)
      },
      onRound({ round, final, match, claimHash, modelRoot, ledgerRoot, claims }) {
        progress.clear()
        output.result(
          { event: 'audited', round, final, match, claimHash, modelRoot, ledgerRoot },
          `round ${round}${final ? '' : ' (pending)'}: model ${modelRoot.slice(0, 18)}… ledger ${ledgerRoot.slice(0, 18)}… ${match ? 'match' : 'DO NOT MATCH'}`,
        )
        progress.done(claims)
      },
      signal,
    })
    progress.clear()
    const last = rounds.at(-1)
    const spending = await statedIn(rounds, source)
    const quarantined = last ? quarantinesOf(last.computed.state.ledger, last.round) : []
    output.result(
      {
        event: 'audit',
        ok: true,
        rounds: rounds.length,
        match: true,
        modelRoot: last?.modelRoot ?? null,
        ledgerRoot: last?.ledgerRoot ?? null,
        quarantined,
        /** What members stated of their privacy budgets, added up; null without a state folder. */
        spending: spending ?? null,
      },
      rounds.length === 0
        ? 'There is no final round to audit yet; --pending audits posted rounds.'
        : `${plural(rounds.length, 'round')} replayed from genesis: every model root and ledger root matches the chain.` +
            quarantined
              .map(({ member, since, until }) => `\n${member} is quarantined since round ${since}, until round ${until}.`)
              .join('') +
            addedUpLines(spending ?? [])
              .map((line) => `\n${line}`)
              .join(''),
    )
  } finally {
    await chain.close()
  }
}

/** Whether the statements of members about their privacy budgets add up, for the rounds of an audit; undefined without the state folder of a node. */
async function statedIn(rounds: readonly AuditedRound[], { state, task }: TaskSource): Promise<StatedSpending[] | undefined> {
  if (state === undefined) return undefined
  const folder = join(state, 'spendings')
  const stated = await Promise.all(
    rounds.map(async ({ round, record: { chainId, ledger, snapshot, rows } }) =>
      readStated({ domain: { chainId, ledger }, task, round, members: snapshot.members, rows, folder }),
    ),
  )
  return addUpSpending(stated.flat())
}

/** Fetches the evidence of the rounds that the audit will replay. */
async function fetchRounds(
  { config, task, fromBlock }: TaskSource,
  needs: { folder: string; chain: Chain; contracts: Contracts; includePending: boolean; output: Output; signal: AbortSignal },
): Promise<void> {
  const { folder, chain, contracts, includePending, output, signal } = needs
  if (config?.role !== 'member')
    throw new QuorateError('USAGE', '--fetch needs --config with a member.toml: operators serve evidence to members')
  const { ledger } = contracts
  const [{ specHash }, events] = await Promise.all([
    readTask(chain, { ledger, task, signal }),
    readLedgerEvents(chain, { contracts, task, fromBlock, signal }),
  ])
  const claims = standingClaims(events)
  const last = includePending ? claims.at(-1) : await newestFinalClaim(chain, { ledger, task, claims })
  const rounds = claims
    .filter(({ round }) => last && round <= last.round)
    .map(({ round, claim }) => ({ round, evidence: claim.evidence }))
  using progress = new ProgressBar({ output, unit: 'round', total: rounds.length, doing: 'fetching evidence' })
  const { fetchEvidence } = await import('../participant/fetch-evidence.ts')
  const onRound = (): void => progress.done()
  const fetched = await fetchEvidence({ chain, contracts, config, task, specHash, folder, rounds, onRound, signal })
  progress.line(`Evidence of ${plural(fetched, 'round')} fetched to ${folder}`)
}
