import type { Command } from 'commander'
import { readFeed, readScore, readScores } from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { plural } from '../../src/core/index.ts'
import { rankAlerts } from '../../src/market/index.ts'
import type { Hash } from '../../src/protocol/index.ts'
import { bigintOption, positiveNumber } from '../chain-options.ts'
import { scoreOption } from './feed.ts'
import { feedName, subjectName } from '../agents/names.ts'
import { readingChain, withOracle } from '../agents/session.ts'
import type { OracleFlags } from '../agents/session.ts'

interface AlertFlags extends OracleFlags {
  threshold: bigint
  top: number
  fromBlock: bigint
}

/** `quorate oracle score | alerts`: for those who act on scores. */
export default function readCommands(oracle: Command): void {
  withOracle(oracle.command('score <feed> <subject>'))
    .description('show the score that stands, and whether it is fresh')
    .action(async (feed: string, subject: string, flags: OracleFlags) => score(feedName(feed), subjectName(subject), flags))

  withOracle(oracle.command('alerts <feed>'))
    .description('list the subjects with the highest scores')
    .addOption(scoreOption('--threshold <score>', 'only scores from here on'))
    .option('--top <n>', 'how many', positiveNumber, 10)
    .addOption(bigintOption('--from-block <number>', 'block of the deployment', 0n))
    .action(async (feed: string, flags: AlertFlags) => alerts(feedName(feed), flags))
}

async function score(feed: Hash, subject: Hash, flags: OracleFlags): Promise<void> {
  const { oracle, json } = flags
  await readingChain(flags, async ({ chain, signal }) => {
    const rules = await readFeed(chain, { oracle, feed, signal })
    const { value, time, nonce } = await readScore(chain, { oracle, feed, subject, signal })
    const { timestamp: now } = await chain.publicClient.getBlock()
    const until = time + BigInt(rules.maxAge)
    const fresh = nonce > 0n && now < until
    const state = fresh ? 'fresh' : 'stale'
    createOutput(json).result(
      { event: 'score', ok: true, feed, subject, model: rules.model, value, time, nonce, fresh },
      nonce === 0n ? `${subject} has no score` : `${subject} has score ${value}, ${state} (until second ${until})`,
    )
  })
}

async function alerts(feed: Hash, flags: AlertFlags): Promise<void> {
  const { oracle, threshold, top, fromBlock, json } = flags
  const output = createOutput(json)
  await readingChain(flags, async ({ chain, signal }) => {
    const { maxAge } = await readFeed(chain, { oracle, feed, signal })
    const scores = await readScores(chain, { oracle, feed, fromBlock, signal })
    const { timestamp: now } = await chain.publicClient.getBlock()
    const ranked = rankAlerts(scores, { threshold, maxAge, now })
    for (const [index, alert] of ranked.slice(0, top).entries()) {
      const { subject, value, stale } = alert
      output.result({ event: 'alert', rank: index + 1, ...alert }, `${index + 1}. ${subject}: ${value}${stale ? ', stale' : ''}`)
    }
    output.result({ event: 'alerts', ok: true, feed, alerts: ranked.length }, plural(ranked.length, 'alert'))
  })
}
