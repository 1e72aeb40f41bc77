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
import { createOutput } from '../src/console/index.ts'
import { formatAmount, formatTokens } from '../src/core/index.ts'
import type { TokenUnit } from '../src/core/index.ts'
import { spendingNumbers } from '../src/protocol/index.ts'
import { connectTo } from './connect.ts'
import { statedLines } from './spending/stated-lines.ts'
import { evaluationLines } from './status/evaluation-lines.ts'
import { evidenceLines } from './status/evidence-lines.ts'
import { drawLines, drawnCell, drawOf } from './status/draw-lines.ts'
import { lastSecond } from './status/last-second.ts'
import { claimLines, newestFinalClaim } from './status/newest-final.ts'
import { readEvaluations } from './status/read-evaluations.ts'
import { readSpendings } from './status/read-spendings.ts'
import { groupLines } from './status/group-lines.ts'
import { readEvidenceStatus } from './status/read-evidence.ts'
import { peerLines } from './status/peer-lines.ts'
import { readRounds } from './status/read-rounds.ts'
import { hasShortWindows } from './status/short-windows.ts'
import { describeEmpty, readWaiting, waitingLines } from './status/read-waiting.ts'
import type { readGroups } from './status/read-groups.ts'
import { roundLines } from './status/round-lines.ts'
import { taskFacts, taskLines } from './status/task-lines.ts'
import { evidenceOf, readSource, withSource } from './task-source.ts'
import type { SourceFlags } from './task-source.ts'

type ReadGroups = typeof readGroups

/** Rounds whose evaluations are shown. */
const EVALUATED = 3

/** `quorate status`: the state of a task on chain, with data from the folder of a node that is checked against the chain, and the peers that operators know. */
export default function statusCommand(program: Command): void {
  withSource(program.command('status'))
    .description('show a task from the chain: round, deadlines, members, stakes, paid rewards, evidence across rounds')
    .option(
      '--groups',
      'find groups of members whose updates are unlike those of the others, in the newest rounds of the evidence folder',
      false,
    )
    .addHelpText(
      'after',
      `
The chain knows neither why an update did not count nor what members measured: a state folder adds that, and the
evidence folder alone adds the former. With --config the command also asks the operators for the addresses of all nodes.`,
    )
    .action(async (flags: SourceFlags & { groups: boolean }) => {
      const options = await readSource(flags)
      const output = createOutput(flags.json)
      const { chain, contracts } = await connectTo(options)
      const { ledger, vault, distributor } = contracts
      const { task, config } = options
      try {
        const [onChain, unit, current, events] = await Promise.all([
          readTask(chain, { ledger, task }),
          readToken(chain, { token: contracts.token }),
          readCurrentRound(chain, { ledger, task }),
          readLedgerEvents(chain, { contracts, task, fromBlock: options.fromBlock }),
        ])
        const facts = taskFacts(onChain)
        const empty = current.state === 'empty'
        // The network takes as long to load as everything else.
        const peers = config && (await (await import('./status/read-peers.ts')).readPeers({ config, chain, contracts, task }))
        const waiting = empty ? await readWaiting(chain, { contracts, task: onChain, fromBlock: options.fromBlock }) : undefined
        if (waiting && !events.some(({ type }) => type === 'posted')) {
          const { operator, funded } = onChain
          const known = { ...facts, operator, rewardsFunded: funded, waiting, peers: peers ?? null }
          const lines = waitingLines(onChain, waiting, { unit, facts: taskLines(facts) })
          return output.result(
            { event: 'status', ok: true, task, started: false, ...known },
            [...lines, ...(peers ? ['', ...peerLines(peers)] : [])].join('\n'),
          )
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
        const beside = {
          chain,
          contracts,
          ...onChain,
          events,
          claims,
          domain: { chainId: chain.chainId, ledger },
          latest: EVALUATED,
        }
        const [newestFinal, rounds, groups, evaluations, spendings] = await Promise.all([
          newestFinalClaim(chain, { ledger, task, claims }),
          readRounds({ chain, contracts, ...onChain, events, folder: options.evidence }),
          flags.groups ? groupsIn(evidenceOf(options), { task, specHash: onChain.specHash, claims }) : undefined,
          options.state === undefined ? undefined : readEvaluations({ ...beside, folder: join(options.state, 'evaluations') }),
          options.state === undefined ? undefined : readSpendings({ ...beside, folder: join(options.state, 'spendings') }),
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
          /** Groups of members by the cosines of their updates; null without --groups. */
          groups: groups ?? null,
          /** What members measured of the newest models; null without a state folder. */
          evaluations: evaluations ?? null,
          /** What members stated that their updates of the newest rounds spent of their privacy budgets; null without a state folder. */
          spendings: spendings?.map((one) => ({ round: one.round, member: one.member, ...spendingNumbers(one) })) ?? null,
          /** What the operators of --config tell of the nodes; null without it. */
          peers: peers ?? null,
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
          ...(groups ? ['', ...groupLines(groups)] : []),
          ...(evaluations ? ['', ...evaluationLines(evaluations)] : []),
          ...(spendings?.length ? ['', ...statedLines(spendings)] : []),
          '',
          ...evidenceLines(evidence, rows, status.posted),
          ...(peers ? ['', ...peerLines(peers)] : []),
        ]
        output.result(status, lines.join('\n'))
      } finally {
        await chain.close()
      }
    })
}

/** Loaded only where it is asked for: the other lines need no library that groups. */
async function groupsIn(...asked: Parameters<ReadGroups>): ReturnType<ReadGroups> {
  return (await import('./status/read-groups.ts')).readGroups(...asked)
}

/** Stake in the task, and when it is free if the member has left. */
function partOf({ allocated, freeAt }: { allocated: bigint; freeAt: number }, unit: TokenUnit): string {
  const amount = formatAmount(allocated, unit)
  return freeAt === 0 ? amount : `${amount}, leaving, free from ${new Date(freeAt * 1000).toISOString()}`
}
