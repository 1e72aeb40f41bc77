import type { Command } from 'commander'
import { QuorateError } from '../../src/core/index.ts'
import { readMemberConfig } from '../../src/config/index.ts'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { bondStake, collectRewards, leaveStake, makeKeys, requestVoid, withdrawStake } from '../../src/node/index.ts'
import type { CommandResult } from '../../src/node/index.ts'
import { joinCommand } from './join.ts'
import { runMember } from './run-member.ts'

interface Common {
  config: string
  json: boolean
}

function withCommon(command: Command): Command {
  return command
    .requiredOption('--config <file>', 'configuration file (TOML)')
    .option('--json', 'print the result as JSON', false)
}

const print = (json: boolean, { result, text }: CommandResult): void => createOutput(json).result(result, text)

/** `quorate member keygen | join | void | run | claim | leave | bond | withdraw`. */
export default function memberCommand(program: Command): void {
  const command = program.command('member').description('run the node of a member')

  command
    .command('keygen')
    .description('make an operator key and a peer key')
    .requiredOption('--out <folder>', 'folder for operator.key and peer.key')
    .option('--owner', 'make owner.key, too', false)
    .option('--json', 'print the result as JSON', false)
    .action(async ({ out, owner, json }: { out: string; owner: boolean; json: boolean }) =>
      print(json, await makeKeys(out, { owner })),
    )

  joinCommand(command)

  withCommon(command.command('leave'))
    .description('leave the task: the stake stops counting at once, and is free after the unbonding delay')
    .action(async ({ config: path, json }: Common) => {
      const config = await readMemberConfig(path)
      using interrupt = onInterrupt()
      print(json, await leaveStake(config, { role: 'member', signal: interrupt.signal }))
    })

  withCommon(command.command('bond'))
    .description('add to the free bond, which is at risk in no task, and register the node keys')
    .option('--amount <tokens>', 'tokens to add to the bond', '0')
    .option('--gas <amount>', 'native currency to send from the owner to the operator key', '0')
    .action(async ({ config: path, json, amount, gas }: Common & { amount: string; gas: string }) => {
      const config = await readMemberConfig(path)
      using interrupt = onInterrupt()
      print(json, await bondStake(config, { amount, gas, signal: interrupt.signal }))
    })

  withCommon(command.command('void'))
    .description('have your node say that a round shall end; a quorum of the stake voids it, and nobody pays')
    .requiredOption('--round <n>', 'number of the round: the open one, or one whose claim is not final')
    .action(async ({ config: path, json, round }: Common & { round: string }) => {
      const config = await readMemberConfig(path)
      if (!/^[1-9]\d{0,18}$/.test(round)) throw new QuorateError('FLAG_INVALID', `--round: ${round} is no number of a round`)
      await requestVoid(config.state.folder, BigInt(round))
      createOutput(json).result(
        { event: 'voidRequested', ok: true, round: BigInt(round) },
        `The node says that round ${round} shall end as soon as it runs and knows the round`,
      )
    })

  withCommon(command.command('run'))
    .description('take part until interrupted; one JSON line per event with --json')
    .option('--trainer <command>', 'program that trains, in place of `trainer` under [training] (docs/python.md)')
    .action(async ({ config: path, json, trainer }: Common & { trainer?: string }) => runMember({ path, json, trainer }))

  withCommon(command.command('claim'))
    .description('collect earned rewards; the node may run meanwhile')
    .action(async ({ config: path, json }: Common) => {
      const config = await readMemberConfig(path)
      using interrupt = onInterrupt()
      print(json, await collectRewards(config, { signal: interrupt.signal }))
    })

  withCommon(command.command('withdraw'))
    .description('pay out the free bond, with what has left the task long enough')
    .option('--amount <tokens>', 'tokens to pay out, or "all"', 'all')
    .action(async ({ config: path, json, amount }: Common & { amount: string }) => {
      const config = await readMemberConfig(path)
      using interrupt = onInterrupt()
      print(json, await withdrawStake(config, { amount, signal: interrupt.signal }))
    })
}
