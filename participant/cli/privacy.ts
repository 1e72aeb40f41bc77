import type { Command } from 'commander'
import { readMemberConfig } from '../../src/config/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { plural, QuorateError } from '../../src/core/index.ts'
import { withNodeOptions } from '../../src/program/stake-commands.ts'
import type { NodeCommandOptions } from '../../src/program/stake-commands.ts'
import { readLedger } from '../privacy/read-ledger.ts'
import { reportOf } from '../privacy/spending.ts'
import type { PrivacyReport } from '../privacy/spending.ts'

/** `quorate member privacy`: what was spent of the budget, while the node runs or not. */
export function privacyCommand(command: Command): void {
  withNodeOptions(command.command('privacy'))
    .description('what the updates of this member have told of one record, and how many rounds are left')
    .action(async ({ config: path, json }: NodeCommandOptions) => {
      const { privacy, state } = await readMemberConfig(path)
      if (!privacy)
        throw new QuorateError(
          'CONFIG_INVALID',
          `${path} has no section [privacy]: this member trains without noise, and its updates tell of its records`,
          { details: { file: path } },
        )
      const report = reportOf(privacy, readLedger(state.folder, privacy.ledger))
      const { ledger = null } = privacy
      createOutput(json).result({ event: 'privacy', ok: true, ...report, ledger }, linesOf(report, ledger))
    })
}

function linesOf({ epsilon, delta, spent, rounds, steps, roundsLeft }: PrivacyReport, ledger: string | null): string {
  const left =
    roundsLeft === undefined
      ? 'not known before a training says what it costs'
      : `${plural(roundsLeft, 'round')} at today's noise`
  return [
    `spent   ε = ${spent.toFixed(3)} of ${epsilon} (δ = ${delta})`,
    `by      ${plural(rounds, 'round')}, ${plural(steps, 'step')}`,
    `left    ${left}`,
    ...(ledger === null ? [] : [`ledger  ${ledger}, with all nodes that name it`]),
  ].join('\n')
}
