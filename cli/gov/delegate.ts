import type { Command } from 'commander'
import { delegateVotes, readVotes } from '../../src/chain/index.ts'
import { formatTokens } from '../../src/core/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { address } from '../chain-options.ts'
import { governAs, withKey } from './session.ts'
import type { VoterOptions } from './session.ts'

/** `quorate gov delegate`: lets another account vote with the sender's stake, or takes the votes back. */
export default function delegateCommand(gov: Command): void {
  withKey(gov.command('delegate'), 'owner key of the stake')
    .description('let another account vote with your stake from now on; delegate to your own address to take the votes back')
    .requiredOption('--to <address>', 'account that votes', address)
    .action(async (options: VoterOptions & { to: Address }) =>
      governAs(options, async ({ chain, contracts, unit, sender, tell, signal }) => {
        const { vault } = contracts
        const { to } = options
        const { gasUsed } = await delegateVotes(sender, { vault, to, signal })
        const [own, delegate] = await Promise.all([
          readVotes(chain, { vault, owner: sender.address, signal }),
          readVotes(chain, { vault, owner: to, signal }),
        ])
        tell(
          {
            event: 'delegated',
            ok: true,
            owner: sender.address,
            to,
            votes: own.votes,
            delegateVotes: delegate.votes,
            gas: gasUsed,
          },
          `${to} now votes with the stake of ${sender.address}: ${formatTokens(delegate.votes, unit)} in all`,
        )
      }),
    )
}
