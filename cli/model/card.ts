import { Option } from 'commander'
import type { Command } from 'commander'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { cycloneDx, factsOf, markdownCard, readModelCard } from '../../src/market/index.ts'
import type { ModelCard } from '../../src/market/index.ts'
import type { Address, Hash } from '../../src/protocol/index.ts'
import { writeFileAtomic } from '../../src/storage/index.ts'
import { address } from '../chain-options.ts'
import { connectTo } from '../connect.ts'
import { modelName, taskNumber } from './names.ts'
import { chainFlags, hash, many } from './options.ts'
import type { ChainFlags } from './options.ts'

const FORMATS = ['markdown', 'cyclonedx'] as const

interface CardFlags extends ChainFlags {
  format: (typeof FORMATS)[number]
  out?: string
  registry?: Address
  evidence?: string
  fingerprint: Hash[]
  licence?: string
  weights?: string
}

const WRITERS: Record<CardFlags['format'], (card: ModelCard) => string> = {
  markdown: markdownCard,
  cyclonedx: (card) => `${JSON.stringify(cycloneDx(card), null, 2)}\n`,
}

/** `quorate model card`: where a model comes from, for people and for programs, in lines that can be checked. */
export default function cardCommand(model: Command): void {
  chainFlags(model.command('card <task> <model>'))
    .description('write a card of a model: a text with the metadata of Hugging Face, or a bill of materials of CycloneDX')
    .addOption(new Option('--format <format>', 'form of the card').choices(FORMATS).default('markdown'))
    .option('--out <file>', 'file to write; stdout if left out')
    .option('--registry <address>', 'address of the ModelRegistry: adds data sets, code and licence', address)
    .option('--evidence <folder>', 'evidence of any round of the task: adds what the task document says of the training')
    .option('--fingerprint <hash>', 'fingerprint of a data set, repeatable; all that were registered', many(hash), [])
    .option('--licence <file>', 'text of the licence, compared with the registered hash')
    .option('--weights <file>', 'safetensors file of the model, compared with its root: adds its content address')
    .action(async (task: string, name: string, flags: CardFlags) => writeCard(taskNumber(task), name, flags))
}

async function writeCard(task: bigint, name: string, flags: CardFlags): Promise<void> {
  const output = createOutput(flags.json)
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const { format, out, registry, evidence, fingerprint: fingerprints, licence, weights, fromBlock } = flags
  const { chain, contracts } = await connectTo({ rpc: flags.rpc, ledger: flags.ledger, chainId: flags.chainId, signal })
  try {
    const said = { registry, evidence, fingerprints, licence, weights }
    const card = await readModelCard({ chain, contracts, task, model: modelName(name), fromBlock, signal, ...said })
    const text = WRITERS[format](card)
    if (out !== undefined) await writeFileAtomic(out, text)
    const facts = factsOf(card)
    output.result(
      {
        event: 'card',
        ok: true,
        task,
        round: card.model.round,
        format,
        path: out ?? null,
        facts,
        ...(out === undefined && { card: text }),
      },
      out === undefined ? text.trimEnd() : `A card of ${facts.length} lines written to ${out}.`,
    )
  } finally {
    await chain.close()
  }
}
