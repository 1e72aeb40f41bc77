import type { Command } from 'commander'
import {
  breakerGuardianCall,
  readAgent,
  resetBreaker,
  resetCall,
  setBreakerGuardian,
  tripBreaker,
} from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { addressName } from '../agents/names.ts'
import { asOwner } from '../agents/owner-call.ts'
import { readingChain, sendingFrom } from '../agents/session.ts'
import { withExecutor, withExecutorOwner, withKey } from './options.ts'
import type { ExecutorFlags, ExecutorOwnerFlags, SenderFlags } from './options.ts'

/** `quorate guard trip | reset | set-guardian | status`. */
export default function breakerCommands(guard: Command): void {
  withKey(guard.command('trip'), 'key of the guardian or the owner of the executor')
    .description('trip the breaker: nothing executes until the owner resets it')
    .action(async (flags: SenderFlags) =>
      sendingFrom(flags, async ({ sender, signal }) => {
        await tripBreaker(sender, { executor: flags.executor, signal })
        return { result: { event: 'breakerTripped' }, text: 'The breaker is tripped: nothing executes' }
      }),
    )

  withExecutorOwner(guard.command('reset'))
    .description('reset the breaker')
    .action(async (flags: ExecutorOwnerFlags) =>
      asOwner(flags, resetCall(flags), async (sender, signal) => {
        await resetBreaker(sender, { executor: flags.executor, signal })
        return { result: { event: 'breakerReset' }, text: 'The breaker is reset' }
      }),
    )

  withExecutorOwner(guard.command('set-guardian <account>'))
    .description('name the account that may trip the breaker')
    .action(async (account: string, flags: ExecutorOwnerFlags) => {
      const { executor } = flags
      const guardian = addressName(account)
      await asOwner(flags, breakerGuardianCall({ executor, guardian }), async (sender, signal) => {
        await setBreakerGuardian(sender, { executor, guardian, signal })
        return { result: { event: 'breakerGuardianSet', guardian }, text: `${guardian} may trip the breaker` }
      })
    })

  withExecutor(guard.command('status <agent>'))
    .description('show the limits of an agent, and the breaker')
    .action(async (agent: string, flags: ExecutorFlags) => status(addressName(agent), flags))
}

async function status(agent: Address, flags: ExecutorFlags): Promise<void> {
  const { executor, json } = flags
  await readingChain(flags, async ({ chain, signal }) => {
    const { limits, ...state } = await readAgent(chain, { executor, agent, signal })
    createOutput(json).result(
      { event: 'agent', ok: true, agent, ...state, ...limits },
      [
        `Agent ${agent}: stage ${limits.stage}, next action ${state.nextNonce}`,
        `    at most ${limits.amountPerAction} an action, ${limits.amountPerWindow} and ${limits.actionsPerWindow} actions in ${limits.window} s`,
        `Breaker: ${state.tripped ? 'tripped' : 'closed'}`,
      ].join('\n'),
    )
  })
}
