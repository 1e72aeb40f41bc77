import type { Command } from 'commander'
import { executeAction, findAction, REASON_WORDS, REASONS, validateAction } from '../../src/chain/index.ts'
import type { Chain } from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import type { Address, AgentAction, Hash } from '../../src/protocol/index.ts'
import { bigintOption, positiveNumber } from '../chain-options.ts'
import { hash } from '../model/options.ts'
import { scoreOption } from '../oracle/feed.ts'
import { addressName, subjectName } from '../agents/names.ts'
import { readingChain, sendingFrom } from '../agents/session.ts'
import { callData } from './call.ts'
import { withExecutor, withKey } from './options.ts'
import { proposeCall } from './propose-call.ts'
import type { ExecutorFlags, SenderFlags } from './options.ts'

type ProposeFlags = SenderFlags & { subject: string; value: bigint; minutes: number }
type Found = { fromBlock: bigint }

/** `quorate guard propose | validate | execute`: for agents, and those who execute for them. */
export default function actCommands(guard: Command): void {
  withKey(guard.command('propose <target> <signature> [arguments...]'), 'key of the agent')
    .description('sign and propose a call, such as "transfer(address,uint256)" with its arguments')
    .requiredOption('--subject <subject>', 'address or 32 bytes whose score decides')
    .addOption(scoreOption('--value <wei>', 'native currency sent along'))
    .option('--minutes <n>', 'time in which the action may execute', positiveNumber, 60)
    .action(async (target: string, signature: string, texts: string[], flags: ProposeFlags) =>
      propose(addressName(target), callData(signature, texts), flags),
    )

  const fromBlock = () => bigintOption('--from-block <number>', 'block of the deployment', 0n)
  withExecutor(guard.command('validate <action>'))
    .description('say whether a proposed action would execute now, or which limit refuses it; sends nothing')
    .addOption(fromBlock())
    .action(async (id: string, flags: ExecutorFlags & Found) => validate(hash(id), flags))

  withKey(guard.command('execute <action>'), 'key of any account with gas')
    .description('execute a proposed action; a stale or extreme score trips the breaker')
    .addOption(fromBlock())
    .action(async (id: string, flags: SenderFlags & Found) => execute(hash(id), flags))
}

async function propose(target: Address, data: AgentAction['data'], flags: ProposeFlags): Promise<void> {
  const { executor, value, minutes, keyFile } = flags
  const subject = subjectName(flags.subject)
  await sendingFrom(flags, async ({ sender, signal }) => {
    const { id, action } = await proposeCall(sender, { executor, keyFile, target, data, value, subject, minutes, signal })
    return { result: { event: 'proposed', action: id, ...action }, text: `Action ${id}` }
  })
}

async function validate(id: Hash, flags: ExecutorFlags & Found): Promise<void> {
  const { executor, json } = flags
  await readingChain(flags, async ({ chain, signal }) => {
    const action = await proposedAction(chain, id, flags, signal)
    const reason = await validateAction(chain, { executor, action, signal })
    const executes = reason === 'none'
    const words = REASON_WORDS[REASONS.indexOf(reason)]!
    const text = executes ? 'The action would execute now' : `The action would not execute: ${words}`
    createOutput(json).result({ event: 'validated', ok: true, action: id, executes, reason }, text)
  })
}

async function execute(id: Hash, flags: SenderFlags & Found): Promise<void> {
  const { executor } = flags
  await sendingFrom(flags, async ({ chain, sender, signal }) => {
    const action = await proposedAction(chain, id, flags, signal)
    const { outcome } = await executeAction(sender, { executor, action, signal })
    return { result: { event: 'acted', action: id, outcome }, text: `Action ${id}: ${OUTCOMES[outcome]}` }
  })
}

const OUTCOMES = {
  executed: 'executed',
  shadowed: 'counted in the shadow, nothing was called',
  tripped: 'its score tripped the breaker, nothing was called',
}

async function proposedAction(chain: Chain, id: Hash, flags: ExecutorFlags & Found, signal: AbortSignal): Promise<AgentAction> {
  const { executor, fromBlock } = flags
  const action = await findAction(chain, { executor, id, fromBlock, signal })
  if (action === undefined)
    throw new QuorateError('USAGE', `nobody proposed action ${id} to ${executor} since block ${fromBlock}`)
  return action
}
