import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { deployOracle, feedCall, setFeed } from '../../src/chain/index.ts'
import { plural } from '../../src/core/index.ts'
import type { Address, Hash } from '../../src/protocol/index.ts'
import { address, positiveNumber } from '../chain-options.ts'
import { hash, many } from '../model/options.ts'
import { feedName } from '../agents/names.ts'
import { asOwner, withOwner } from '../agents/owner-call.ts'
import type { OwnerFlags } from '../agents/owner-call.ts'
import { sendingFrom, withChain, withOracle } from '../agents/session.ts'
import type { ChainFlags, OracleFlags, Signing } from '../agents/session.ts'

interface FeedFlags extends OracleFlags, OwnerFlags {
  model: Hash
  signer: Address[]
  quorum: number
  maxAge: number
  minimum: bigint
  maximum: bigint
  maxSpread?: bigint
}

/** A score: a whole number of 128 bits. */
export function scoreValue(text: string): bigint {
  if (!/^\d{1,39}$/.test(text) || BigInt(text) >> 128n !== 0n)
    throw new InvalidArgumentError('expected a whole number of 128 bits.')
  return BigInt(text)
}

/** An optional score; commander cannot write a bigint by itself. */
export function scoreOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(scoreValue).default(0n, '0')
}

/** `quorate oracle deploy | set-feed`: for those who govern an oracle. */
export default function feedCommands(oracle: Command): void {
  withChain(oracle.command('deploy'))
    .description('deploy an oracle')
    .requiredOption('--key-file <file>', 'private key of any account with gas')
    .option('--owner <address>', 'account that sets feeds, such as a timelock; the account of the key by default', address)
    .action(async (flags: ChainFlags & Signing & { owner?: Address }) => deploy(flags))

  withOwner(withOracle(oracle.command('set-feed <feed>')), 'key of the owner of the oracle')
    .description('set the model, the signers and the bounds of a feed')
    .requiredOption('--model <claim>', 'claim hash of the model that signers compute scores with', hash)
    .requiredOption('--signer <address>', 'account whose attestations count; repeated', many(address), [])
    .requiredOption('--quorum <k>', 'attestations of a score at least, more than half of the signers', positiveNumber)
    .requiredOption('--maximum <score>', 'largest score', scoreValue)
    .requiredOption('--max-age <seconds>', 'age from which a score is stale', positiveNumber)
    .addOption(scoreOption('--minimum <score>', 'smallest score'))
    .option('--max-spread <score>', 'largest difference between two attestations; any by default', scoreValue)
    .action(async (feed: string, flags: FeedFlags) => set(feedName(feed), flags))
}

async function deploy(flags: ChainFlags & Signing & { owner?: Address }): Promise<void> {
  await sendingFrom(flags, async ({ sender, signal }) => {
    const { owner = sender.address } = flags
    const { oracle } = await deployOracle(sender, { owner, signal })
    return { result: { event: 'oracleDeployed', oracle, owner }, text: `ScoreOracle ${oracle}, owned by ${owner}` }
  })
}

async function set(feed: Hash, flags: FeedFlags): Promise<void> {
  const { oracle, model, signer: signers, quorum, maxAge, minimum, maximum, maxSpread = maximum } = flags
  const rules = { model, quorum, maxAge, minimum, maximum, maxSpread }
  const parameters = { oracle, feed, rules, signers }
  await asOwner(flags, feedCall(parameters), async (sender, signal) => {
    await setFeed(sender, { ...parameters, signal })
    return {
      result: { event: 'feedSet', feed, signers, ...rules },
      text: `Feed ${feed}: a score takes ${quorum} of ${plural(signers.length, 'signer')}`,
    }
  })
}
