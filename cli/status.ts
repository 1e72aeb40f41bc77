import type { Command } from 'commander'
import {
  readAccount,
  readClaimed,
  readCurrentRound,
  readFinality,
  readLedgerEvents,
  readMembers,
  readTask,
  standingClaims,
} from '../src/chain/index.ts'
import { formatAmount } from '../src/config/index.ts'
import { createOutput } from '../src/console/index.ts'
import { withChain } from './chain-options.ts'
import type { ChainOptions } from './chain-options.ts'
import { connectTo } from './connect.ts'
import { evidenceLines } from './status/evidence-lines.ts'
import { readEvidenceStatus } from './status/read-evidence.ts'

/** `quorate status`: what the chain knows of a task, and what a folder of evidence adds that the chain can vouch for. */
export default function statusCommand(program: Command): void {
  withChain(program.command('status'))
    .description('show a task as the chain has it: round, deadlines, members, stakes, rewards paid, evidence across rounds')
    .option(
      '--evidence <folder>',
      'evidence folder of any node, it holds <task>/<round>/: shows e-values, quarantines and strikes',
    )
    .action(async (options: ChainOptions & { evidence?: string }) => {
      const output = createOutput(options.json)
      const { chain, contracts } = await connectTo(options)
      const { ledger, vault, distributor } = contracts
      const { task } = options
      try {
        const [onChain, current, events] = await Promise.all([
          readTask(chain, { ledger, task }),
          readCurrentRound(chain, { ledger, task }),
          readLedgerEvents(chain, { contracts, task, fromBlock: options.fromBlock }),
        ])
        const { members, totalStake } = await readMembers(chain, { vault, timepoint: current.snapshot })
        const rows = await Promise.all(
          members.map(async ({ member, slot, stake, operatorKey }) => {
            const [account, claimed] = await Promise.all([
              readAccount(chain, { vault, owner: member }),
              readClaimed(chain, { distributor, task, member }),
            ])
            return { member, slot, stake, operatorKey, bonded: account.bonded, unbonding: account.unbonding, claimed }
          }),
        )
        const evidence = await readEvidenceStatus({
          chain,
          contracts,
          task,
          specHash: onChain.specHash,
          open: current.round,
          events,
          members,
          folder: options.evidence,
        })
        const last = standingClaims(events).at(-1)
        const finality = last && (await readFinality(chain, { ledger, task, round: last.round }))
        const status = {
          event: 'status',
          ok: true,
          task,
          round: current.round,
          operator: current.operator,
          openedAt: current.openedAt,
          commitEnd: current.commitEnd,
          postEnd: current.postEnd,
          posted: last?.round ?? 0n,
          final: finality?.final ?? false,
          modelRoot: last?.claim.modelRoot ?? null,
          rewardsFunded: onChain.funded,
          rewardsEarned: last?.claim.ledgerTotal ?? 0n,
          totalStake,
          evidence: 'missing' in evidence ? evidence : { round: evidence.round },
          members: rows.map((row, i) => ({ ...row, evidence: 'missing' in evidence ? null : evidence.members[i]! })),
        }
        const lines = [
          `Task ${task}: round ${current.round} is open since ${new Date(current.openedAt * 1000).toISOString()}, commitments until ${new Date(current.commitEnd * 1000).toISOString()}`,
          `Operator ${current.operator}`,
          last
            ? `Newest claim: round ${last.round}, ${finality?.final ? 'final' : 'not final yet'}, model ${last.claim.modelRoot}`
            : 'No claim yet',
          `Rewards: ${formatAmount(status.rewardsEarned)} earned of ${formatAmount(onChain.funded)} funded`,
          '',
          'slot  member                                      stake        paid',
          ...rows.map(
            (row) =>
              `${String(row.slot).padStart(4)}  ${row.member}  ${formatAmount(row.stake).padEnd(11)}  ${formatAmount(row.claimed)}`,
          ),
          '',
          ...evidenceLines(evidence, rows, status.posted),
        ]
        output.result(status, lines.join('\n'))
      } finally {
        await chain.close()
      }
    })
}
