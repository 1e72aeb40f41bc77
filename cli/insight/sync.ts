import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { createOutput } from '../../src/console/index.ts'
import type { Output } from '../../src/console/index.ts'
import { plural, systemClock } from '../../src/core/index.ts'
import { syncChain } from '../../src/insight/index.ts'
import type { Finality, SyncOptions } from '../../src/insight/index.ts'
import { readingChain, withChain } from '../agents/session.ts'
import type { ChainFlags } from '../agents/session.ts'
import { bigintOption, positiveNumber, wholeNumber } from '../chain-options.ts'

interface SyncFlags extends ChainFlags {
  fromBlock: bigint
  finality: Finality
  partBlocks: number
  maxReorg: bigint
  every?: number
}

/** `quorate insight sync`: a folder that follows a chain. */
export default function syncCommand(insight: Command): void {
  withChain(insight.command('sync <folder>'))
    .description('bring a folder of Parquet files up to a chain; goes on where it ended')
    .addOption(bigintOption('--from-block <number>', 'first block of a new folder', 0n))
    .addOption(
      new Option('--finality <which>', 'finalized, safe, or how many blocks must follow a block')
        .argParser(finalityOf)
        .default('finalized'),
    )
    .option('--part-blocks <n>', 'most blocks of one part', positiveNumber, 1000)
    .addOption(bigintOption('--max-reorg <blocks>', 'how many blocks a reorganisation may replace', 128n))
    .option('--every <seconds>', 'go on for ever, with this pause', positiveNumber)
    .action(sync)
}

async function sync(folder: string, flags: SyncFlags): Promise<void> {
  const { every, fromBlock: firstBlock, finality, partBlocks, maxReorg, json } = flags
  const output = createOutput(json)
  await readingChain(flags, async ({ chain, signal }) => {
    const pass = async () => bringUp({ chain, folder, firstBlock, finality, partBlocks, maxReorg, signal }, output)
    await pass()
    if (every === undefined) return
    while (!signal.aborted) {
      await systemClock.sleep(every * 1000, signal).catch(() => {})
      if (!signal.aborted) await pass()
    }
  })
}

async function bringUp(options: SyncOptions, output: Output): Promise<void> {
  const { folder } = options
  const summary = await syncChain({
    ...options,
    onPart: ({ from, to }, target) => output.story(`blocks ${from}–${to} of ${target}`),
    onDropped: ({ from, to }) => output.story(`the chain replaced blocks in ${from}–${to}: reading them again`),
  })
  const { from, to, blocks, transactions } = summary
  const range = to === undefined ? 'holds no block yet' : `holds blocks ${from}–${to}`
  output.result(
    { event: 'synced', ok: true, folder, ...summary },
    `${folder} ${range}: ${plural(blocks, 'block')} and ${plural(transactions, 'transaction')} new`,
  )
}

function finalityOf(text: string): Finality {
  if (text === 'finalized' || text === 'safe') return text
  try {
    return { confirmations: BigInt(wholeNumber(text)) }
  } catch {
    throw new InvalidArgumentError('expected finalized, safe or a whole number.')
  }
}
