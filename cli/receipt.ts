import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { createOutput } from '../src/console/index.ts'
import { QuorateError } from '../src/core/index.ts'
import { parseReceipt, verifyReceipt } from '../src/market/index.ts'
import { keccak, toHex } from '../src/protocol/index.ts'
import type { Address, Hash } from '../src/protocol/index.ts'
import { address, wholeNumber } from './chain-options.ts'
import { hash } from './model/options.ts'

interface VerifyFlags {
  server?: Address
  model?: Hash
  log?: Address
  chainId?: number
  input?: string
  output?: string
  json: boolean
}

/** `quorate receipt`: what a server signed for an answer. */
export default function receiptCommand(program: Command): void {
  program
    .command('receipt')
    .description('check what a server signed for an answer')
    .command('verify <file>')
    .description('check the receipt of an answer; needs no chain and no network')
    .option('--server <address>', 'the server that you asked', address)
    .option('--model <claim>', 'claim hash of the model that you asked', hash)
    .option('--log <address>', 'the InferenceLog where the server stands', address)
    .option('--chain-id <id>', 'chain of the InferenceLog', wholeNumber)
    .option('--input <file>', 'the bytes that you sent')
    .option('--output <file>', 'the bytes that came back')
    .option('--json', 'print the result as JSON', false)
    .action(async (file: string, flags: VerifyFlags) => verify(file, flags))
}

async function verify(path: string, { server, model, log, chainId, json, ...files }: VerifyFlags): Promise<void> {
  const found = parseReceipt((await bytesOf(path)).toString('utf8'))
  const [input, output] = await Promise.all([hashOf(files.input), hashOf(files.output)])
  const digest = await verifyReceipt(found, { server, model, log, chainId, input, output })
  const { receipt } = found
  createOutput(json).result(
    { event: 'receipt', ok: true, digest, ...found.domain, ...receipt },
    `${receipt.server} signed answer ${receipt.nonce} of model ${receipt.model}\n    at ${new Date(Number(receipt.time) * 1000).toISOString()}, digest ${digest}`,
  )
}

async function hashOf(path: string | undefined): Promise<Hash | undefined> {
  return path === undefined ? undefined : toHex(keccak(new Uint8Array(await bytesOf(path))))
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new QuorateError('USAGE', `${path} cannot be read`, { details: { path }, cause })
  }
}
