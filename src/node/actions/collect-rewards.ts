import { readOwnerOfKey } from '../../chain/index.ts'
import type { CoordinatorConfig } from '../../config/index.ts'
import { formatTokens } from '../../core/index.ts'
import { claimRewards } from './claim-rewards.ts'
import { withKey } from './manage-stake.ts'
import type { CommandResult, StakeConfig } from './manage-stake.ts'

/**
 * Collects what the account of a configuration file has earned, a member's rewards or an operator's share. The owner key sends, where the file
 * names it, else the operator key.
 *
 * @throws QuorateError as `claimRewards` and `withKey`
 */
export async function collectRewards(
  config: StakeConfig & { state: Pick<CoordinatorConfig['state'], 'folder'> },
  { signal }: { signal: AbortSignal },
): Promise<CommandResult> {
  return withKey(config, config.keys.owner ? 'owner' : 'operator', signal, async ({ chain, contracts, sender, unit }) => {
    const member = config.keys.owner
      ? sender.address
      : await readOwnerOfKey(chain, { vault: contracts.vault, operatorKey: sender.address, signal })
    const claimed = await claimRewards(sender, {
      contracts,
      task: config.task.id,
      member,
      dataFolder: config.state.folder,
      fromBlock: config.chain.fromBlock,
      signal,
    })
    const { amount, round, total } = claimed
    return {
      result: { event: 'claimed', ok: true, member, ...claimed },
      text: `${member} received ${formatTokens(amount, unit)} for the rounds up to ${round} (${formatTokens(total, unit)} in all)`,
    }
  })
}
