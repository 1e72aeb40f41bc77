import { join } from 'node:path'
import type { Command } from 'commander'
import {
  readAccount,
  readClaimed,
  readCommittee,
  readCurrentRound,
  readLedgerEvents,
  readTask,
  readToken,
  standingClaims,
} from '../src/chain/index.ts'
import type { Chain } from '../src/chain/index.ts'
import { createOutput } from '../src/console/index.ts'
import { formatAmount, formatTokens } from '../src/core/index.ts'
import type { TokenUnit } from '../src/core/index.ts'
import { withChain } from './chain-options.ts'
import type { ChainOptions } from './chain-options.ts'
import { connectTo } from './connect.ts'
import { evaluationLines } from './status/evaluation-lines.ts'
import { evidenceLines } from './status/evidence-lines.ts'
import { drawLines, drawnCell, drawOf } from './status/draw-lines.ts'
import { claimLines, newestFinalClaim } from './status/newest-final.ts'
import { readEvaluations } from './status/read-evaluations.ts'
import { readEvidenceStatus } from './status/read-evidence.ts'
import { readRounds } from './status/read-rounds.ts'
import { hasShortWindows } from './status/short-windows.ts'
import { describeEmpty, readWaiting, waitingLines } from './status/read-waiting.ts'
import { roundLines } from './status/round-lines.ts'
import { taskFacts, taskLines } from './status/task-lines.ts'

/** Rounds whose evaluations are shown. */
const EVALUATED = 3

/** `quorate status`: the state of a task on chain, with data from an evidence folder that is checked against the chain. */
export default function statusCommand(program: Command): void {
  withChain(program.command('status'))
    .description('show a task from the chain: round, deadlines, members, stakes, paid rewards, evidence across rounds')
    .option(
      '--evidence <folder>',
      'evidence folder of any node, with subfolders <task>/<round>/: adds the reasons of updates that did not count, e-values, quarantines and strikes',
    )
    .option('--data <folder>', 'state folder of any node: its evidence, and what members measured of the models')
    .action(async (flags: ChainOptions & { evidence?: string; data?: string }) => {
      const options = { ...flags, evidence: flags.evidence ?? (flags.data && join(flags.data, 'evidence')) }
      const output = createOutput(options.json)
      const { chain, contracts } = await connectTo(options)
      const { ledger, vault, distributor } = contracts
      const { task } = options
      try {
        const [onChain, unit, current, events] = await Promise.all([
          readTask(chain, { ledger, task }),
          readToken(chain, { token: contracts.token }),
          readCurrentRound(chain, { ledger, task }),
          readLedgerEvents(chain, { contracts, task, fromBlock: options.fromBlock }),
        ])
        const facts = taskFacts(onChain)
        const empty = current.state === 'empty'
        const waiting = empty ? await readWaiting(chain, { contracts, task: onChain, fromBlock: options.fromBlock }) : undefined
        if (waiting && !events.some(({ type }) => type === 'posted')) {
          const { operator, funded } = onChain
          const status = { event: 'status', ok: true, task, started: false, ...facts, operator, rewardsFunded: funded, waiting }
          return output.result(status, waitingLines(onChain, waiting, { unit, facts: taskLines(facts) }).join('\n'))
        }
        // Nobody is drawn while no round is open.
        const asked = empty ? { ...current, snapshot: await lastSecond(chain), committee: 0 } : current
        const { candidates: members, members: drawn, totalStake } = await readCommittee(chain, { vault, ...asked })
        const draw = drawOf(asked, drawn)
        const rows = await Promise.all(
          members.map(async ({ member, slot, stake, operatorKey }) => {
            const [account, claimed] = await Promise.all([
              readAccount(chain, { vault, task, owner: member }),
              readClaimed(chain, { distributor, task, member }),
            ])
            const { bonded, free, allocated, freeAt } = account
            const weight = draw?.weights?.get(slot) ?? null
            return {
              member,
              slot,
              stake,
              drawn: draw?.weights ? weight !== null : null,
              weight,
              operatorKey,
              bonded,
              free,
              allocated,
              freeAt,
              claimed,
            }
          }),
        )
        const evidence = await readEvidenceStatus({
          task,
          specHash: onChain.specHash,
          open: current.round,
          events,
          members,
          folder: options.evidence,
        })
        const development = await hasShortWindows(chain, { ledger, judge: onChain.judge, task })
        const claims = standingClaims(events)
        const last = claims.at(-1)
        const [newestFinal, rounds, evaluations] = await Promise.all([
          newestFinalClaim(chain, { ledger, task, claims }),
          readRounds({ chain, contracts, ...onChain, events, folder: options.evidence }),
          options.data === undefined
            ? undefined
            : readEvaluations({
                chain,
                contracts,
                ...onChain,
                events,
                claims,
                domain: { chainId: chain.chainId, ledger },
                folder: join(options.data, 'evaluations'),
                latest: EVALUATED,
              }),
        ])
        const status = {
          event: 'status',
          ok: true,
          task,
          started: true,
          ...facts,
          /** Whether a round is open. If none is, `round` is the next number. */
          open: !empty,
          round: current.round,
          operator: current.operator,
          /** What the members of the open round are drawn by; null before it is stored, and where all take part. */
          seed: draw?.seed ?? null,
          openedAt: current.openedAt,
          commitEnd: current.commitEnd,
          postEnd: current.postEnd,
          posted: last?.round ?? 0n,
          /** Newest round whose claim nothing can change any more; 0 before the first. */
          final: newestFinal?.round ?? 0n,
          modelRoot: last?.claim.modelRoot ?? null,
          /** Whether the contracts allow windows that are too short for a chain in earnest. */
          developmentBounds: development,
          rewardsFunded: onChain.funded,
          rewardsEarned: last?.claim.ledgerTotal ?? 0n,
          totalStake,
          evidence: 'missing' in evidence ? evidence : { round: evidence.round },
          rounds,
          /** What members measured of the newest models; null without --data. */
          evaluations: evaluations ?? null,
          members: rows.map((row, i) => ({ ...row, evidence: 'missing' in evidence ? null : evidence.members[i]! })),
        }
        const lines = [
          waiting
            ? `Task ${task} has no open round: ${describeEmpty(onChain, { earned: status.rewardsEarned, waiting, unit })}`
            : `Task ${task}: round ${current.round} is open since ${new Date(current.openedAt * 1000).toISOString()}, commitments until ${new Date(current.commitEnd * 1000).toISOString()}`,
          ...taskLines(facts),
          `Operator ${current.operator}`,
          ...drawLines(draw, current),
          ...(development
            ? ['Development bounds: windows may be too short here, and a flood of requests to the court may reject a true claim']
            : []),
          ...claimLines(last, newestFinal),
          `Rewards: ${formatAmount(status.rewardsEarned, unit)} earned of ${formatTokens(onChain.funded, unit)} funded`,
          '',
          `slot  member                                      stake        ${draw ? 'drawn with   ' : ''}paid         free         in the task`,
          ...rows.map((row) =>
            [
              String(row.slot).padStart(4),
              row.member,
              formatAmount(row.stake, unit).padEnd(11),
              ...(draw ? [drawnCell(row, unit).padEnd(11)] : []),
              formatAmount(row.claimed, unit).padEnd(11),
              formatAmount(row.free, unit).padEnd(11),
              partOf(row, unit),
            ].join('  '),
          ),
          '',
          ...roundLines(rounds),
          ...(evaluations ? ['', ...evaluationLines(evaluations)] : []),
          '',
          ...evidenceLines(evidence, rows, status.posted),
        ]
        output.result(status, lines.join('\n'))
      } finally {
        await chain.close()
      }
    })
}

/** The newest second of which the chain knows every stake. */
async function lastSecond(chain: Chain): Promise<number> {
  const { timestamp } = await chain.publicClient.getBlock({ blockTag: 'latest' })
  return Number(timestamp) - 1
}

/** Stake in the task, and when it is free if the member has left. */
function partOf({ allocated, freeAt }: { allocated: bigint; freeAt: number }, unit: TokenUnit): string {
  const amount = formatAmount(allocated, unit)
  return freeAt === 0 ? amount : `${amount}, leaving, free from ${new Date(freeAt * 1000).toISOString()}`
}
