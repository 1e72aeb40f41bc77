import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { plural } from '../../src/core/index.ts'
import { DEFAULT_SPANS, makeFeatures } from '../../src/insight/index.ts'
import type { Span } from '../../src/insight/index.ts'
import { positiveNumber, wholeNumber } from '../chain-options.ts'

interface FeaturesFlags {
  out: string
  span?: Span[]
  at?: bigint
  json: boolean
}

/** `quorate insight features`: numbers about addresses. */
export default function featuresCommand(insight: Command): void {
  insight
    .command('features <folder>')
    .description('describe each address of a folder by numbers, in one Parquet file')
    .requiredOption('--out <file>', 'Parquet file to write')
    .addOption(
      new Option('--span <name=seconds>', 'time before the end, or NAME=all; repeated. day, week and all by default').argParser(
        spanOf,
      ),
    )
    .option('--at <second>', 'end of the spans, in seconds since 1970; by default a second after the last transaction', (text) =>
      BigInt(wholeNumber(text)),
    )
    .option('--json', 'print results as JSON', false)
    .action(features)
}

async function features(folder: string, { out, span: spans = [...DEFAULT_SPANS], at, json }: FeaturesFlags): Promise<void> {
  const output = createOutput(json)
  using interrupt = onInterrupt()
  const started = performance.now()
  const summary = await makeFeatures({
    folder,
    out,
    spans,
    ...(at !== undefined && { at }),
    onStep: (name) => output.story(`· ${name}`),
    signal: interrupt.signal,
  })
  const seconds = Math.round((performance.now() - started) / 100) / 10
  const { rows, addresses, transactions } = summary
  output.result(
    { event: 'features', ok: true, out, ...summary, seconds },
    `${out}: ${plural(rows, 'line')} about ${plural(addresses, 'address', 'addresses')} from ${plural(transactions, 'transaction')}, in ${seconds} s`,
  )
}

function spanOf(text: string, before: readonly Span[] = []): Span[] {
  const [, name, length] = /^([a-z][a-z0-9_]*)=(all|\d+)$/.exec(text) ?? []
  if (name === undefined || length === undefined)
    throw new InvalidArgumentError('expected a name and seconds, such as day=86400.')
  if (before.some((span) => span.name === name)) throw new InvalidArgumentError('this span is named twice.')
  return [...before, length === 'all' ? { name } : { name, seconds: BigInt(positiveNumber(length)) }]
}
