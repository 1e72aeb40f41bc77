import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { Option } from 'commander'
import type { Command } from 'commander'
import { accountFromKey, askChainId, readTask, readToken } from '../src/chain/index.ts'
import type { TransactionSender } from '../src/chain/index.ts'
import { loadKeyFile } from '../src/config/index.ts'
import { createOutput, onInterrupt } from '../src/console/index.ts'
import { formatTokens, parseAmount, QuorateError, silentLogger, systemClock } from '../src/core/index.ts'
import { claimsOfWeights, readWeightsFile } from '../src/market/index.ts'
import type { ClaimOfWeights, WeightsFile } from '../src/market/index.ts'
import { openChainSession } from '../src/account/index.ts'
import { closeServer, listenAt } from '../src/observe/http-listener.ts'
import { lowerHex } from '../src/protocol/index.ts'
import type { Address } from '../src/protocol/index.ts'
import { readTaskFiles } from '../src/replay/index.ts'
import type { ReceiptBook } from '../src/serving/index.ts'
import type { BackendChoice } from '../src/training/index.ts'
import { address, positiveNumber } from './chain-options.ts'
import { taskNumber } from './model/names.ts'
import { chainFlags } from './model/options.ts'
import type { ChainFlags } from './model/options.ts'

interface ServeFlags extends ChainFlags {
  weights: string
  evidence: string
  keyFile: string
  state: string
  log: Address
  market?: Address
  channels?: Address
  price: string
  free: boolean
  listen: string
  postEvery: number
  backend: BackendChoice
}

/** `quorate serve`: answers with a final model, and signs what it answers. */
export default function serveCommand(program: Command): void {
  chainFlags(program.command('serve <task> <round>'))
    .description('answer with a final model over HTTP, with a signed receipt for each answer')
    .requiredOption('--weights <file>', 'safetensors file of the model; it must have the root of the claim')
    .requiredOption('--evidence <folder>', 'evidence of any round of the task, for the task document')
    .requiredOption('--key-file <file>', 'key of the server: it signs receipts and posts batches')
    .requiredOption('--state <folder>', 'folder for receipts and vouchers: a server that loses it may lose its deposit')
    .requiredOption('--log <address>', 'the InferenceLog where the server stands', address)
    .option('--market <address>', 'takes licences of this ModelMarket', address)
    .option('--channels <address>', 'takes vouchers of these InferenceChannels', address)
    .option('--price <tokens>', 'price of a call that a voucher pays', '0')
    .option('--free', 'answers calls without payment, too', false)
    .option('--listen <host:port>', 'address of the server; port 0 takes a free one', '127.0.0.1:8090')
    .option(
      '--post-every <seconds>',
      'how often receipts go on chain, and questions about them are answered',
      positiveNumber,
      3600,
    )
    .addOption(new Option('--backend <name>', 'tfjs back end').default('auto'))
    .action(async (task: string, round: string, flags: ServeFlags) => serve(taskNumber(task), taskNumber(round), flags))
}

async function serve(task: bigint, round: bigint, flags: ServeFlags): Promise<void> {
  const output = createOutput(flags.json)
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const { log, market, channels, free, state, rpc, ledger } = flags
  if (!free && market === undefined && channels === undefined)
    throw new QuorateError('USAGE', 'say how calls are paid: pass --market, --channels or --free')
  const file = await readWeightsFile(flags.weights)
  const key = await loadKeyFile(flags.keyFile)
  const chainId = flags.chainId ?? (await askChainId(rpc, signal))
  await using session = await openChainSession({ rpcUrl: rpc, chainId, ledger, key, logger: silentLogger, signal })
  const { chain, contracts, sender } = session
  const claims = await claimsOfWeights(file, { chain, contracts, task, fromBlock: flags.fromBlock, signal })
  const { id } = finalClaim(claims, { task, round, file })
  const { specHash } = await readTask(chain, { ledger: contracts.ledger, task, signal })
  const { document } = await readTaskFiles(flags.evidence, task, specHash)
  // Loaded only here: tfjs takes a second.
  const serving = await import('../src/serving/index.ts')
  const { parseTaskDocument, selectBackend } = await import('../src/training/index.ts')
  const backend = await selectBackend(flags.backend)
  using model = await serving.openServedModel(id, parseTaskDocument(document), file.values)
  using book = new serving.ReceiptBook(state)
  await serving.checkBook(sender, { log, book, signal })
  const unit = await readToken(chain, { token: contracts.token, signal })
  const price = parseAmount(flags.price, unit)
  const server = lowerHex(sender.address)
  const now = (): bigint => BigInt(systemClock.now())
  const paid = channels && { address: channels, price }
  const payments = new serving.Payments({ chain, model: id, server, log, market, channels: paid, free, now })
  const domain = { chainId, contract: lowerHex(log) }
  const answerer = new serving.Answerer({ domain, model: id, server, account: accountFromKey(key), book, now })
  const terms = { task: String(task), round: String(round), chainId, log, server, market, channels, price: String(price), free }
  const app = serving.servingRoutes({ model, payments, answerer, book, terms })
  const route = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  const http = createServer((request, response) => void route(request, response))
  const listen = await listenAt(http, flags.listen, '--listen')
  output.result(
    { event: 'serving', ok: true, address: listen, server, model: id, next: book.next(), backend: backend.name },
    `Model ${id} at http://${listen}/v1/predict, ${channels === undefined ? '' : `${formatTokens(price, unit)} a call, `}receipts signed by ${server}`,
  )
  try {
    const { postEvery: every, fromBlock } = flags
    await keepPosting(sender, { log, book, every, fromBlock, signal, serving, story: (line) => output.story(line) })
  } finally {
    await closeServer(http)
  }
}

/** The claim of the round, if the file is its model and it is final. */
function finalClaim(
  claims: readonly ClaimOfWeights[],
  { task, round, file }: { task: bigint; round: bigint; file: WeightsFile },
): ClaimOfWeights {
  const claim = claims.find((one) => one.round === round)
  if (claim === undefined)
    throw new QuorateError('CARD_MISMATCH', `${file.path} does not hold the model of round ${round} of task ${task}`, {
      details: { path: file.path },
    })
  if (!claim.final) throw new QuorateError('ROUND_NOT_FINAL', `round ${round} of task ${task} is not final yet`)
  return claim
}

interface Keeping {
  log: Address
  book: ReceiptBook
  every: number
  fromBlock: bigint
  signal: AbortSignal
  serving: Pick<typeof import('../src/serving/index.ts'), 'answerQuestions' | 'postBatches'>
  story: (line: string) => void
}

/** Posts receipts and answers questions about them until the program is interrupted. A chain that does not answer is asked again the next time. */
async function keepPosting(
  sender: TransactionSender,
  { log, book, every, fromBlock, signal, serving, story }: Keeping,
): Promise<void> {
  while (!signal.aborted) {
    await delay(every * 1000, undefined, { signal }).catch(() => {})
    try {
      const posted = await serving.postBatches(sender, { log, book })
      if (posted > 0) story(`${posted} receipts are on chain`)
      const answered = await serving.answerQuestions(sender, { log, book, fromBlock })
      if (answered > 0) story(`${answered} questions about receipts were answered`)
    } catch (error) {
      story(`receipts were not posted: ${(error as Error).message}`)
    }
  }
}
