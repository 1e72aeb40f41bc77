import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { TaskOrigin, TaskTerms } from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { plural, QuorateError } from '../../src/core/index.ts'
import { makeKeys } from '../../src/node/actions/index.ts'
import { openTask } from '../../coordinator/actions/create-task.ts'
import { writeOperatorConfig } from '../../coordinator/actions/operator-config.ts'
import { writeTaskFiles } from '../../coordinator/actions/task-files.ts'
import type { TaskFiles } from '../../coordinator/actions/task-files.ts'
import { configuredRpc } from '../chain-options.ts'
import type { TaskCommandFlags, TaskSession } from './session.ts'

export interface FoundFlags extends TaskCommandFlags {
  out: string
  grpc: string
  p2p: string
  rounds: number
}

/** Where the files of a new task go, and how its first operator listens. */
export function withOperator(command: Command): Command {
  return command
    .requiredOption('--out <folder>', "folder for the task's files, an operator's keys and coordinator.toml")
    .option('--grpc <host:port>', 'address on which the coordinator will listen for members', '0.0.0.0:7050')
    .option('--p2p <multiaddr>', 'address on which the coordinator will listen for peers', '/ip4/0.0.0.0/tcp/4001')
}

/**
 * Writes the files of a task, creates it on chain, pays for its first rounds, and writes the configuration of an operator that may join it.
 */
export async function foundTask(
  flags: FoundFlags,
  { chain, contracts, sender, tell, signal }: TaskSession,
  { files, terms, origin }: { files: TaskFiles; terms: TaskTerms; origin?: TaskOrigin },
): Promise<void> {
  const out = resolve(flags.out)
  const output = createOutput(flags.json)
  // Before the transaction: keys that are there already are somebody's, and stop the command.
  const keys = ['operator.key', 'peer.key'].map((name) => join(out, name))
  const there = keys.find((path) => existsSync(path))
  if (there !== undefined)
    throw new QuorateError(
      'FLAG_INVALID',
      `--out: ${there} is there already, and belongs to another operator: name another folder`,
    )
  await writeTaskFiles(out, files)
  await makeKeys(out)
  const funding = files.spec.rewardPerRound * BigInt(flags.rounds)
  output.story('· creating the task')
  const { task } = await openTask(sender, { contracts, files, ...terms, origin, funding, signal }).catch(
    async (error: unknown) => {
      // Nobody knows these keys yet, and they would stand in the way of the next attempt.
      for (const path of keys) await rm(path, { force: true })
      throw error
    },
  )
  const config = await writeOperatorConfig(out, {
    chain: {
      rpcUrl: configuredRpc(flags.rpc),
      chainId: chain.chainId,
      ledger: contracts.ledger,
      fromBlock: Number(flags.fromBlock),
    },
    task,
    ownerKey: flags.keyFile,
    grpc: flags.grpc,
    p2p: flags.p2p,
  })
  tell(
    {
      event: 'task',
      ok: true,
      task,
      founder: sender.address,
      judge: terms.judge,
      predecessor: origin?.task ?? 0n,
      predecessorRound: origin?.round ?? 0n,
      funding,
      config,
    },
    [
      `Task     ${task}${origin ? `, from the model of task ${origin.task} round ${origin.round}` : ''}`,
      `Founder  ${sender.address}`,
      `Judge    ${terms.judge}`,
      `Starts   when ${plural(terms.minMembers, 'member has', 'members have')} joined and an operator takes the seat`,
      `Next     quorate coordinator join --config ${config} --amount TOKENS`,
    ].join('\n'),
  )
}
