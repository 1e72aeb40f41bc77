import { join } from 'node:path'
import type { Command } from 'commander'
import { readLedgerEvents, readTask, readToken, standingClaims } from '../src/chain/index.ts'
import { createOutput } from '../src/console/index.ts'
import { QuorateError } from '../src/core/index.ts'
import { sameAddress, spendingNumbers } from '../src/protocol/index.ts'
import type { Address } from '../src/protocol/index.ts'
import { leavesFromEvidence } from '../src/replay/index.ts'
import { checkLeaves, explain, replayRule } from '../src/why/index.ts'
import { address, wholeNumber } from './chain-options.ts'
import { connectTo } from './connect.ts'
import { readStated } from './spending/read-stated.ts'
import { statedLines } from './spending/stated-lines.ts'
import { readRoundMembers } from './status/round-members.ts'
import { evidenceOf, readSource, withSource } from './task-source.ts'
import type { SourceFlags } from './task-source.ts'
import { explanationLines } from './why/explanation-lines.ts'

interface WhyFlags extends SourceFlags {
  member: Address
  round?: number
}

/** `quorate why`: why a member was paid or not in a round, from evidence that is checked against the chain. */
export default function whyCommand(program: Command): void {
  withSource(program.command('why'))
    .description('say in words and numbers why a member was paid or not in a round, checked against the chain')
    .requiredOption('--member <address>', 'owner address of a member, or of the operator that posted', address)
    .option('--round <number>', 'round with a claim; the newest by default', wholeNumber)
    .action(async (flags: WhyFlags) => {
      const source = await readSource(flags)
      const evidence = evidenceOf(source)
      const output = createOutput(flags.json)
      const { chain, contracts } = await connectTo(source)
      const { task, fromBlock } = source
      const { member } = flags
      try {
        const [onChain, unit, events] = await Promise.all([
          readTask(chain, { ledger: contracts.ledger, task }),
          readToken(chain, { token: contracts.token }),
          readLedgerEvents(chain, { contracts, task, fromBlock }),
        ])
        const { specHash } = onChain
        const claims = standingClaims(events)
        const round = flags.round === undefined ? claims.at(-1)?.round : BigInt(flags.round)
        const posted = claims.find((one) => one.round === round)
        if (!posted)
          throw new QuorateError(
            'FLAG_INVALID',
            round === undefined ? `task ${task} has no claim yet` : `round ${round} has no claim that stands`,
            { details: { option: '--round' } },
          )
        const leaves = await leavesFromEvidence(evidence, { task, specHash, claims, round: posted.round, member })
        const checks = checkLeaves(leaves, { claimHash: posted.claimHash, specHash })
        const { differences } = replayRule(leaves)
        const explanation = explain(leaves, { unit, poster: posted.operator })
        const stated =
          source.state === undefined
            ? []
            : await readStated({
                domain: { chainId: chain.chainId, ledger: contracts.ledger },
                task,
                round: posted.round,
                members: (await readRoundMembers({ chain, contracts, ...onChain, events }, posted.round)).members,
                rows: leaves.rows,
                folder: join(source.state, 'spendings'),
              })
        const own = stated.filter((one) => sameAddress(one.member, member))
        const [spending = null] = own.map(spendingNumbers)
        output.result(
          { event: 'why', ok: differences.length === 0, ...explanation, claimHash: posted.claimHash, differences, spending },
          [...explanationLines(explanation, { checks, differences }), ...statedLines(own).map((line) => `  ${line}`)].join('\n'),
        )
      } finally {
        await chain.close()
      }
    })
}
