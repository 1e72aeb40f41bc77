import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import {
  adviceData,
  ADVISED_TERMS,
  deployBoard,
  findContracts,
  limitTerms,
  readAdvice,
  readBoard,
  termsLimitsCall,
} from '../../src/chain/index.ts'
import type { AdvisedTerms, TermsLimits } from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { plural, QuorateError } from '../../src/core/index.ts'
import { adviseTerms, observeRounds } from '../../src/market/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { asOwner, withOwner } from '../agents/owner-call.ts'
import type { OwnerFlags } from '../agents/owner-call.ts'
import { readingChain, sendingFrom, withChain } from '../agents/session.ts'
import type { ChainFlags, Signing } from '../agents/session.ts'
import { subjectName } from '../agents/names.ts'
import { address, bigintOption, positiveNumber } from '../chain-options.ts'
import { taskNumber } from '../model/names.ts'
import { proposeCall } from './propose-call.ts'

type BoardFlags = ChainFlags & { board: Address }
type DeployFlags = ChainFlags & Signing & { ledger: Address; executor: Address; owner?: Address }
type StewardFlags = BoardFlags &
  Signing & {
    rounds: number
    evidence?: string
    subject?: string
    minutes: number
    fromBlock: bigint
  }

/** `quorate guard deploy-board | limit-terms | terms | steward`: an agent that advises the terms of the next task. */
export default function stewardCommands(guard: Command): void {
  withChain(guard.command('deploy-board'))
    .description('deploy a board on which a steward advises terms for the successors of tasks')
    .requiredOption('--key-file <file>', 'private key of any account with gas')
    .requiredOption('--ledger <address>', 'address of the RoundLedger', address)
    .requiredOption('--executor <address>', 'the GuardedExecutor through which the steward advises', address)
    .option('--owner <address>', 'account that sets limits, such as a timelock; the account of the key by default', address)
    .action(async (flags: DeployFlags) => deploy(flags))

  withOwner(withBoard(guard.command('limit-terms <task>')), 'key of the owner of the board')
    .description('set what a steward may advise for a task, from a JSON file')
    .requiredOption('--limits <file>', 'JSON with least, most and start of every term, and stepBps')
    .action(async (task: string, flags: BoardFlags & OwnerFlags & { limits: string }) => limit(taskNumber(task), flags))

  withBoard(guard.command('terms <task>'))
    .description('show the advice for the successor of a task')
    .action(async (task: string, flags: BoardFlags) => terms(taskNumber(task), flags))

  withBoard(guard.command('steward <task>'))
    .description('observe the rounds of a task, and propose terms for its successor within the limits of the board')
    .requiredOption('--key-file <file>', 'key of the agent')
    .option('--rounds <n>', 'newest final rounds that are observed', positiveNumber, 20)
    .option('--evidence <folder>', 'evidence folder of any node, for the norms of updates; without it their bounds stay')
    .option('--subject <subject>', 'address or 32 bytes whose score decides; the number of the task by default')
    .option('--minutes <n>', 'time in which the action may execute', positiveNumber, 60)
    .addOption(bigintOption('--from-block <number>', 'block of the deployment', 0n))
    .action(async (task: string, flags: StewardFlags) => steward(taskNumber(task), flags))
}

function withBoard(command: Command): Command {
  return withChain(command).requiredOption('--board <address>', 'address of the TermsBoard', address)
}

async function deploy(flags: DeployFlags): Promise<void> {
  await sendingFrom(flags, async ({ sender, signal }) => {
    const { ledger, executor, owner = sender.address } = flags
    const { board } = await deployBoard(sender, { ledger, owner, steward: executor, signal })
    return { result: { event: 'boardDeployed', board, ledger, executor, owner }, text: `TermsBoard ${board}, owned by ${owner}` }
  })
}

async function limit(task: bigint, flags: BoardFlags & OwnerFlags & { limits: string }): Promise<void> {
  const { board } = flags
  const limits = await readLimits(flags.limits)
  await asOwner(flags, termsLimitsCall({ board, task, limits }), async (sender, signal) => {
    await limitTerms(sender, { board, task, limits, signal })
    return { result: { event: 'termsLimited', task, ...limits }, text: `Advice for task ${task} is limited` }
  })
}

async function terms(task: bigint, flags: BoardFlags): Promise<void> {
  const { board, json } = flags
  await readingChain(flags, async ({ chain, signal }) => {
    const { advice, limits } = await readAdvice(chain, { board, task, signal })
    const from = advice.round === 0n ? 'no advice yet' : `advice from round ${advice.round}`
    createOutput(json).result(
      { event: 'advice', ok: true, task, round: advice.round, time: advice.time, ...advice.terms, limits },
      `${from}\n${linesOf(advice.terms)}`,
    )
  })
}

async function steward(task: bigint, flags: StewardFlags): Promise<void> {
  const { board, keyFile, rounds: last, evidence, minutes, fromBlock } = flags
  const subject = subjectName(flags.subject ?? `0x${task.toString(16).padStart(64, '0')}`)
  await sendingFrom(flags, async ({ chain, sender, signal }) => {
    const { ledger, steward: executor } = await readBoard(chain, { board, signal })
    const [contracts, { advice, limits }] = await Promise.all([
      findContracts(chain, { ledger, signal }),
      readAdvice(chain, { board, task, signal }),
    ])
    const observed = await observeRounds({ chain, contracts, task, last, fromBlock, evidence, signal })
    const round = observed.rounds.at(-1)?.round ?? 0n
    const seen = { rounds: observed.rounds.length, failed: observed.failed, norms: observed.norms.length }
    const kept = { result: { event: 'adviceKept', task, ...seen, ...advice.terms } }
    if (round <= advice.round) return { ...kept, text: 'No round became final since the last advice' }
    const next = adviseTerms(observed, { before: advice.terms, limits })
    if (ADVISED_TERMS.every((name) => next[name] === advice.terms[name]))
      return { ...kept, text: `${plural(seen.rounds, 'round')} observed: the advice stays` }
    const data = adviceData(task, round, next)
    const { id } = await proposeCall(sender, { executor, keyFile, target: board, data, value: 0n, subject, minutes, signal })
    return {
      result: { event: 'adviceProposed', action: id, task, round, ...seen, ...next },
      text: `Action ${id}: ${plural(seen.rounds, 'round')} observed\n${linesOf(next)}`,
    }
  })
}

const linesOf = (shown: AdvisedTerms): string => ADVISED_TERMS.map((name) => `    ${name} ${shown[name]}`).join('\n')

const amount = z.union([z.int().positive(), z.string().regex(/^[1-9]\d*$/, 'expected a whole number')]).transform(BigInt)
const termsSchema = z.strictObject(
  Object.fromEntries(ADVISED_TERMS.map((name) => [name, amount])) as Record<keyof AdvisedTerms, typeof amount>,
)
const limitsSchema = z.strictObject({
  least: termsSchema,
  most: termsSchema,
  start: termsSchema,
  stepBps: z.int().min(1).max(10_000),
})

async function readLimits(path: string): Promise<TermsLimits> {
  try {
    return limitsSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    const problem = cause instanceof z.ZodError ? z.prettifyError(cause).split('\n')[0] : (cause as Error).message
    throw new QuorateError('FLAG_INVALID', `--limits: ${path} holds no limits of terms: ${problem}`, { cause })
  }
}
