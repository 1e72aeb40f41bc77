import { Option } from 'commander'
import type { Command } from 'commander'
import {
  deployExecutor,
  limitAgent,
  limitsCall,
  NATIVE_AMOUNT,
  permissionCall,
  permitCall,
  readAgent,
  STAGES,
} from '../../src/chain/index.ts'
import type { AgentLimits, Stage } from '../../src/chain/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { address, positiveNumber, wholeNumber } from '../chain-options.ts'
import { flagValue } from '../flag-value.ts'
import { scoreValue } from '../oracle/feed.ts'
import { addressName, feedName } from '../agents/names.ts'
import { asOwner } from '../agents/owner-call.ts'
import { readingChain, sendingFrom, withChain } from '../agents/session.ts'
import type { ChainFlags, Signing } from '../agents/session.ts'
import { selectorOf } from './call.ts'
import { withExecutorOwner } from './options.ts'
import type { ExecutorOwnerFlags } from './options.ts'

type LimitFlags = ExecutorOwnerFlags & Omit<AgentLimits, 'feed' | 'actionsPerWindow'> & { feed: string; actions: number }

/** `quorate guard deploy | set-limits | stage | allow`: for the owner of an executor. */
export default function limitCommands(guard: Command): void {
  withChain(guard.command('deploy'))
    .description('deploy an executor that reads the scores of an oracle')
    .requiredOption('--key-file <file>', 'private key of any account with gas')
    .requiredOption('--oracle <address>', 'address of the ScoreOracle', address)
    .option('--owner <address>', 'account that sets limits, such as a timelock; the account of the key by default', address)
    .action(async (flags: ChainFlags & Signing & { oracle: Address; owner?: Address }) => deploy(flags))

  withExecutorOwner(guard.command('set-limits <agent>'))
    .description('set what an agent may do')
    .addOption(new Option('--stage <stage>', 'how far the agent is rolled out').choices(STAGES).makeOptionMandatory())
    .requiredOption('--feed <feed>', 'feed of the oracle whose scores decide')
    .requiredOption('--threshold <score>', 'scores below it execute', scoreValue)
    .requiredOption('--extreme <score>', 'scores from it on trip the breaker', scoreValue)
    .requiredOption('--amount-per-action <n>', 'largest amount of an action, in the smallest unit', scoreValue)
    .requiredOption('--amount-per-window <n>', 'largest amount of a window, in the smallest unit', scoreValue)
    .requiredOption('--window <seconds>', 'length of a window', positiveNumber)
    .requiredOption('--actions <n>', 'actions of a window', positiveNumber)
    .option('--delay <seconds>', 'time between proposal and execution', wholeNumber, 0)
    .option('--cooldown <seconds>', 'time between two executions', wholeNumber, 0)
    .action(async (agent: string, flags: LimitFlags) => setLimits(addressName(agent), flags))

  withExecutorOwner(guard.command('stage <agent> <stage>'))
    .description(`roll an agent out or back (${STAGES.join(', ')}); its other limits stay`)
    .action(async (agent: string, stage: string, flags: ExecutorOwnerFlags) =>
      setStage(addressName(agent), stageName(stage), flags),
    )

  withExecutorOwner(guard.command('allow <agent> <target> <signature>'))
    .description('allow an agent a call, such as "transfer(address,uint256)" of a token')
    .option('--amount-argument <n>', 'argument that is the amount, from 0 on; the native currency sent by default', wholeNumber)
    .option('--forbid', 'forbid the call again', false)
    .action(async (agent: string, target: string, signature: string, flags: AllowFlags) =>
      allow(addressName(agent), addressName(target), signature, flags),
    )
}

type AllowFlags = ExecutorOwnerFlags & { amountArgument?: number; forbid: boolean }

async function deploy(flags: ChainFlags & Signing & { oracle: Address; owner?: Address }): Promise<void> {
  await sendingFrom(flags, async ({ sender, signal }) => {
    const { oracle, owner = sender.address } = flags
    const { executor } = await deployExecutor(sender, { owner, oracle, signal })
    return {
      result: { event: 'executorDeployed', executor, oracle, owner },
      text: `GuardedExecutor ${executor}, owned by ${owner}`,
    }
  })
}

async function setLimits(agent: Address, flags: LimitFlags): Promise<void> {
  const { executor, stage, delay, cooldown, window, actions, amountPerAction, amountPerWindow, threshold, extreme } = flags
  const feed = flagValue('--feed', () => feedName(flags.feed))
  const amounts = { amountPerAction, amountPerWindow }
  const limits = { stage, delay, cooldown, window, actionsPerWindow: actions, ...amounts, feed, threshold, extreme }
  await asOwner(flags, limitsCall({ executor, agent, limits }), async (sender, signal) => {
    await limitAgent(sender, { executor, agent, limits, signal })
    return { result: { event: 'limitsSet', agent, ...limits }, text: `Agent ${agent}: stage ${stage}` }
  })
}

async function setStage(agent: Address, stage: Stage, flags: ExecutorOwnerFlags): Promise<void> {
  const { executor } = flags
  await readingChain(flags, async ({ chain, signal: reading }) => {
    const { limits: before } = await readAgent(chain, { executor, agent, signal: reading })
    const limits = { ...before, stage }
    await asOwner(flags, limitsCall({ executor, agent, limits }), async (sender, signal) => {
      await limitAgent(sender, { executor, agent, limits, signal })
      return { result: { event: 'limitsSet', agent, ...limits }, text: `Agent ${agent}: stage ${stage}, was ${before.stage}` }
    })
  })
}

async function allow(agent: Address, target: Address, signature: string, flags: AllowFlags): Promise<void> {
  const { executor, amountArgument: amountWord = NATIVE_AMOUNT, forbid } = flags
  const selector = selectorOf(signature)
  const allowed = !forbid
  const permission = { executor, agent, target, selector, allowed, amountWord }
  await asOwner(flags, permissionCall(permission), async (sender, signal) => {
    await permitCall(sender, { ...permission, signal })
    return {
      result: { event: 'callPermitted', agent, target, selector, allowed, amountWord },
      text: `Agent ${agent} may ${allowed ? '' : 'not '}call ${signature} of ${target}`,
    }
  })
}

function stageName(text: string): Stage {
  const stage = STAGES.find((one) => one === text)
  if (stage === undefined) throw new QuorateError('USAGE', `expected one of ${STAGES.join(', ')}, not ${JSON.stringify(text)}`)
  return stage
}
