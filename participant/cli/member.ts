import type { Command } from 'commander'
import { QuorateError } from '../../src/core/index.ts'
import { readMemberConfig } from '../../src/config/index.ts'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { requestVoid } from '../../src/node/void-requests.ts'
import { keygenCommand, printResult, stakeCommands, withNodeOptions } from '../../src/program/stake-commands.ts'
import type { NodeCommandOptions } from '../../src/program/stake-commands.ts'
import { registerMemberMaskKey } from '../masking/register-key.ts'
import { joinCommand } from './join.ts'
import { privacyCommand } from './privacy.ts'

/** `quorate member keygen | join | mask-key | void | run | privacy | claim | leave | bond | withdraw`. */
export default function memberCommand(program: Command): void {
  const command = program.command('member').description('run the node of a member')

  keygenCommand(command)
  joinCommand(command)

  withNodeOptions(command.command('mask-key'))
    .description('register your key for masks from your owner key, for tasks whose members share buckets')
    .action(async ({ config: path, json }: NodeCommandOptions) => {
      const config = await readMemberConfig(path)
      using interrupt = onInterrupt()
      printResult(json, await registerMemberMaskKey(config, { signal: interrupt.signal }))
    })

  withNodeOptions(command.command('void'))
    .description('have your node say that a round shall end; a quorum of the stake voids it, and nobody pays')
    .requiredOption('--round <n>', 'number of the round: the open one, or one whose claim is not final')
    .action(async ({ config: path, json, round }: NodeCommandOptions & { round: string }) => {
      const config = await readMemberConfig(path)
      if (!/^[1-9]\d{0,18}$/.test(round)) throw new QuorateError('FLAG_INVALID', `--round: ${round} is no number of a round`)
      await requestVoid(config.state.folder, BigInt(round))
      createOutput(json).result(
        { event: 'voidRequested', ok: true, round: BigInt(round) },
        `The node says that round ${round} shall end as soon as it runs and knows the round`,
      )
    })

  withNodeOptions(command.command('run'))
    .description('take part until interrupted; one JSON line per event with --json')
    .option('--trainer <command>', 'program that trains, in place of `trainer` under [training] (docs/python.md)')
    .action(async ({ config: path, json, trainer }: NodeCommandOptions & { trainer?: string }) =>
      (await import('./run-member.ts')).runMember({ path, json, trainer }),
    )

  privacyCommand(command)

  stakeCommands(command, { role: 'member', read: readMemberConfig, claims: 'collect earned rewards; the node may run meanwhile' })
}
