import type { Command } from 'commander'
import { delegateVotes, readVotes } from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { address } from '../chain-options.ts'
import { governAs, withKey } from './session.ts'
import type { VoterOptions } from './session.ts'

/** `quorate gov delegate`: somebody else votes with one's stake; oneself again with one's own address. */
export default function delegateCommand(gov: Command): void {
  withKey(gov.command('delegate'), 'owner key of the stake')
    .description('let another account vote with your stake, now and later; your own address takes the votes back')
    .requiredOption('--to <address>', 'who votes', address)
    .action(async (options: VoterOptions & { to: Address }) =>
      governAs(options, async ({ chain, contracts, sender, signal }) => {
        const { vault } = contracts
        const { to } = options
        const { gasUsed } = await delegateVotes(sender, { vault, to, signal })
        const [own, delegate] = await Promise.all([
          readVotes(chain, { vault, owner: sender.address, signal }),
          readVotes(chain, { vault, owner: to, signal }),
        ])
        createOutput(options.json).result(
          {
            event: 'delegated',
            ok: true,
            owner: sender.address,
            to,
            votes: own.votes,
            delegateVotes: delegate.votes,
            gas: gasUsed,
          },
          `${to} votes with the stake of ${sender.address}`,
        )
      }),
    )
}
