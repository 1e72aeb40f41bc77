import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { createOutput } from '../../src/console/index.ts'
import { plural } from '../../src/core/index.ts'
import { addressOf, makeTraffic, writeSimulation } from '../../src/insight/index.ts'
import { positiveNumber, wholeNumber } from '../chain-options.ts'

interface SimulateFlags {
  labels: string
  transactions: number
  seed: number
  json: boolean
}

/** `quorate insight simulate`: traffic whose truth is known. */
export default function simulateCommand(insight: Command): void {
  insight
    .command('simulate <folder>')
    .description('make up four weeks of transactions with labelled abuse, as if a chain had been synced; no chain runs')
    .requiredOption('--labels <file>', 'CSV file to write: address and label')
    .option('--transactions <n>', 'how many', positiveNumber, 20_000)
    .option('--seed <n>', 'the same seed makes up the same transactions', wholeNumber, 1)
    .option('--json', 'print results as JSON', false)
    .action(simulate)
}

async function simulate(folder: string, { labels, transactions, seed, json }: SimulateFlags): Promise<void> {
  const traffic = makeTraffic(seed, transactions)
  await writeSimulation(folder, traffic)
  const lines = traffic.kinds.map((kind, actor) => `${addressOf(actor)},${kind}`)
  await writeFile(labels, `address,label\n${lines.join('\n')}\n`)
  const abusers = traffic.kinds.filter((kind) => kind !== 'honest').length
  const addresses = traffic.kinds.length
  createOutput(json).result(
    { event: 'simulated', ok: true, folder, labels, transactions: traffic.acts.length, addresses, abusers },
    `${folder}: ${plural(traffic.acts.length, 'transaction')} of ${plural(addresses, 'address', 'addresses')}, ${abusers} of them abusers (${labels}); made up, no chain ran`,
  )
}
