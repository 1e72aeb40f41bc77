import { encodeDeployData, encodeFunctionData, getAddress } from 'viem'
import type { Abi, ContractFunctionArgs, ContractFunctionName, Log, TransactionReceipt } from 'viem'
import type { LocalAccount } from 'viem'
import { QuorateError } from '../../core/index.ts'
import type { Logger } from '../../core/index.ts'
import { sameAddress } from '../../protocol/bytes.ts'
import type { Address, Hash, Hex } from '../../protocol/types.ts'
import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import { isTransient, isUnanswered, translateChainError } from '../translate-chain-error.ts'
import { broadcastTransaction } from './broadcast-transaction.ts'
import type { MinedTransaction } from './mined-transaction.ts'
import { prepareTransaction } from './prepare-transaction.ts'
import { settleTransaction } from './settle-transaction.ts'
import type { Settled } from './settle-transaction.ts'
import { callOf, feesOf, refuelled, signTransaction } from './sign-transaction.ts'
import { estimateFees, priceOf, replacementFees } from './transaction-fees.ts'
import type { TransactionFees } from './transaction-fees.ts'
import { MemoryTransactionJournal } from './transaction-journal.ts'
import type { TransactionIntent, TransactionJournal } from './transaction-journal.ts'

/** Number of times a purpose is signed again when another process uses the account's nonces. */
const MAX_LOSSES = 5

export interface TransactionSenderOptions {
  chain: Chain
  account: LocalAccount
  /** Default: memory, which survives no crash. */
  journal?: TransactionJournal
  logger?: Logger
  /** How long a receipt is waited for, in ms. Default 180,000. */
  timeoutMs?: number
  /** Blocks without a receipt before the fee is raised. Default 3. */
  raiseAfterBlocks?: number
  /** The fee is never raised above this many wei per gas. Default: five times the first fee. */
  maxFeePerGas?: bigint
  /** Told of each transaction that was mined and did not revert. */
  onMined?: (transaction: MinedTransaction) => void
}

/** What every action that writes accepts besides its own parameters. */
export interface WriteOptions {
  signal?: AbortSignal
}

export interface TransactionRequest extends WriteOptions {
  /** An infinitive phrase for messages: `post round 7 of task 1`. */
  doing: string
  /** The purpose under which it is journalled, e.g. `post:1:7`. Without one the request can be recovered, but not joined. */
  key?: string
  /** Absent: the data is a contract's init code. */
  to?: Address
  data?: Hex
  value?: bigint
  /** Asked before a new transaction is signed, not where an earlier run sent it. What it throws goes to the caller. */
  check?: () => Promise<void>
}

/** A mined transaction that succeeded. */
export interface TransactionResult {
  hash: Hash
  blockNumber: bigint
  gasUsed: bigint
  /** Wei per gas. */
  effectiveGasPrice: bigint
  logs: readonly Log[]
  /** Of a deployment. */
  contractAddress: Address | undefined
  /** True when an earlier run had sent it already. */
  recovered: boolean
}

export interface RecoveredTransaction {
  key: string
  status: Settled['status']
  hash: Hash | undefined
  blockNumber: bigint | undefined
}

type Mutability = 'nonpayable' | 'payable'

/**
 * The only way this project writes to a chain. For one account it simulates each call (a revert then costs nothing),
 * checks the balance, orders nonces, journals the signed transaction before sending it, raises the fee of a stuck
 * transaction, and waits for the receipt. Sending a purpose (`key`) that an earlier, killed run had begun finds out
 * what became of that transaction instead of sending a second one.
 *
 * Make one per account and process; call `recover()` once after a start.
 *
 * Errors of every write: TRANSACTION_REVERTED and the closer codes of `translateChainError`, INSUFFICIENT_FUNDS, RPC_UNREACHABLE,
 * TRANSACTION_TIMEOUT, CANCELLED. After the last three the transaction may still be mined: send the same `key` again to find out.
 *
 * @example
 * const sender = new TransactionSender({ chain, account: accountFromKey(key), journal })
 * await sender.recover()
 * await postClaim(sender, { ledger, task: 1n, round: 7n, claim })
 */
export class TransactionSender {
  readonly chain: Chain
  readonly account: LocalAccount
  readonly #journal: TransactionJournal
  readonly #logger: Logger
  readonly #options: TransactionSenderOptions
  /** Purposes being sent now, so that asking twice sends once. */
  readonly #running = new Map<string, Promise<TransactionResult>>()
  readonly #inFlight = new Set<number>()
  #tail: Promise<unknown> = Promise.resolve()

  constructor(options: TransactionSenderOptions) {
    this.chain = options.chain
    this.account = options.account
    this.#journal = options.journal ?? new MemoryTransactionJournal()
    this.#logger = options.logger ?? options.chain.logger
    this.#options = options
  }

  get address(): Address {
    return this.account.address
  }

  /** Calls a contract function. */
  write<const abi extends Abi, name extends ContractFunctionName<abi, Mutability>>(
    request: Omit<TransactionRequest, 'data' | 'to'> & {
      to: Address
      abi: abi
      functionName: name
      args: ContractFunctionArgs<abi, Mutability, name>
    },
  ): Promise<TransactionResult> {
    const { abi, functionName, args, ...rest } = request
    return this.send({ ...rest, data: encodeFunctionData({ abi, functionName, args } as never) })
  }

  /** Creates a contract. */
  async deploy(
    request: Omit<TransactionRequest, 'data' | 'to' | 'value'> & { abi: Abi; bytecode: Hex; args: readonly unknown[] },
  ): Promise<TransactionResult & { contractAddress: Address }> {
    const { abi, bytecode, args, ...rest } = request
    const result = await this.send({ ...rest, data: encodeDeployData({ abi, bytecode, args }) })
    return { ...result, contractAddress: result.contractAddress! }
  }

  /** Sends a transaction and waits until it is mined. */
  async send(request: TransactionRequest): Promise<TransactionResult> {
    const key = request.key ?? `once:${crypto.randomUUID()}`
    const running = this.#running.get(key)
    if (running !== undefined) return abortable(running, request.signal)
    const run = this.#run(key, request).finally(() => this.#running.delete(key))
    this.#running.set(key, run)
    return run
  }

  /** Finds out what became of every transaction of this account that an earlier run left unfinished. */
  async recover(options: WriteOptions = {}): Promise<RecoveredTransaction[]> {
    const recovered: RecoveredTransaction[] = []
    for (const key of new Set((await this.#pending()).map((intent) => intent.key))) {
      if (this.#running.has(key)) continue
      const doing = `recover ${key}`
      try {
        const intents = await this.#exclusive(() => this.#revive(key, doing), options.signal)
        const settled: Settled = intents.length === 0 ? { status: 'lost' } : await this.#settle(intents, doing, options.signal)
        const receipt = settled.status === 'lost' ? undefined : settled.receipt
        recovered.push({ key, status: settled.status, hash: receipt?.transactionHash, blockNumber: receipt?.blockNumber })
        this.#logger.info({ key, status: settled.status }, 'recovered a transaction')
      } catch (error) {
        throw translateChainError(error, { doing, rpcUrl: this.chain.rpcUrl })
      }
    }
    return recovered
  }

  async #run(key: string, { signal, ...request }: TransactionRequest): Promise<TransactionResult> {
    const { doing } = request
    try {
      for (let losses = 0; losses < MAX_LOSSES; losses++) {
        const { intents, recovered } = await this.#exclusive(() => this.#resumeOrBegin(key, request), signal)
        const settled = await this.#settle(intents, doing, signal)
        if (settled.status === 'landed') {
          const { transactionHash: hash, blockNumber, gasUsed } = settled.receipt
          this.#options.onMined?.({ doing, hash, blockNumber, gasUsed })
          return resultOf(settled.receipt, recovered)
        }
        if (settled.status === 'reverted') throw await this.#reverted(settled.receipt, intents[0]!, doing)
        this.#logger.warn({ key, nonce: intents[0]!.nonce }, 'another transaction used the nonce; signing again')
      }
    } catch (error) {
      throw translateChainError(error, { doing, rpcUrl: this.chain.rpcUrl })
    }
    throw new QuorateError(
      'TRANSACTION_TIMEOUT',
      `cannot ${doing}: another process keeps sending transactions from ${this.address}; give each process its own key`,
      {
        details: { key, account: this.address },
      },
    )
  }

  /** One at a time: nonces are read and used in order. */
  #exclusive<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    // Once begun it runs to its end even if the caller gave up, so the journal and the chain cannot part.
    const run = this.#tail.then(() => (signal?.aborted ? abortable(new Promise<never>(() => {}), signal) : work()))
    this.#tail = run.catch(() => {})
    return abortable(run, signal)
  }

  async #resumeOrBegin(
    key: string,
    request: TransactionRequest,
  ): Promise<{ intents: readonly TransactionIntent[]; recovered: boolean }> {
    const earlier = await this.#revive(key, request.doing)
    if (earlier.length > 0) return { intents: earlier, recovered: true }
    return { intents: [await this.#begin(key, request)], recovered: false }
  }

  async #begin(key: string, request: TransactionRequest): Promise<TransactionIntent> {
    const { to, data, value, doing } = request
    await request.check?.()
    const { gas, fees, nonce: free } = await prepareTransaction(this.chain, { account: this.address, to, data, value }, doing)
    // The node may not know yet of those just sent. A nonce below them is free again when a reorganisation undid its transaction.
    let nonce = free
    while (this.#inFlight.has(nonce)) nonce++
    const { chainId } = this.chain
    const intent = await signTransaction(this.account, { key, chainId, nonce, gas, to, data, value, fees })
    await this.#journal.begin(intent)
    try {
      const sent = await broadcastTransaction(this.chain, intent.raw, doing)
      this.#logger.debug({ key, hash: intent.hash, nonce, sent }, `sent: ${doing}`)
    } catch (error) {
      await this.#journal.finish(key, { status: 'lost' })
      throw error
    }
    this.#inFlight.add(nonce)
    return intent
  }

  /**
   * The journalled attempts of a purpose, sent again if no node has them; none if there were none, or if the contract would refuse them
   * by now (they are then finished as lost: sending them could only burn gas).
   */
  async #revive(key: string, doing: string): Promise<readonly TransactionIntent[]> {
    const intents = (await this.#pending()).filter((intent) => intent.key === key)
    const last = intents.at(-1)
    if (last === undefined) return []
    const { publicClient } = this.chain
    const known = await Promise.all(
      intents.map(({ hash }) =>
        publicClient.getTransaction({ hash }).catch((error: unknown) => {
          const failure = translateChainError(error, { doing, rpcUrl: this.chain.rpcUrl })
          if (isUnanswered(failure)) throw failure
        }),
      ),
    )
    if (
      known.every((one) => one === undefined) &&
      (await publicClient.getTransactionCount({ address: this.address })) <= last.nonce
    ) {
      try {
        await prepareTransaction(this.chain, callOf(last), doing)
        await broadcastTransaction(this.chain, last.raw, doing)
      } catch (error) {
        const failure = translateChainError(error, { doing, rpcUrl: this.chain.rpcUrl })
        // A node that stops learns nothing of its transaction.
        if (isTransient(failure) || failure.code === 'CANCELLED') throw failure
        this.#logger.info({ key, code: failure.code }, 'dropped a transaction of an earlier run, which would revert now')
        await this.#journal.finish(key, { status: 'lost' })
        return []
      }
    }
    this.#inFlight.add(last.nonce)
    return intents
  }

  async #settle(intents: readonly TransactionIntent[], doing: string, signal: AbortSignal | undefined): Promise<Settled> {
    const { key, nonce } = intents[0]!
    const { chain } = this
    const { timeoutMs = 180_000, raiseAfterBlocks = 3 } = this.#options
    const push = (current: readonly TransactionIntent[]) => this.#exclusive(() => this.#raise(current, doing), signal)
    let settled: Settled
    try {
      settled = await settleTransaction({ chain, intents, pushAfterBlocks: raiseAfterBlocks, push, timeoutMs, signal })
    } finally {
      // On a timeout too: if the nonce is still taken the node says so by its pending count.
      this.#inFlight.delete(nonce)
    }
    if (settled.status === 'lost') {
      await this.#journal.finish(key, { status: 'lost' })
    } else {
      const { transactionHash: hash, blockNumber, gasUsed } = settled.receipt
      await this.#journal.finish(key, { status: settled.status, hash, blockNumber })
      this.#logger.info({ key, hash, blockNumber, gasUsed, status: settled.status }, `mined: ${doing}`)
    }
    return settled
  }

  /** Replaces the last attempt by one that pays more, up to the cap; then only sends it again, should the node have forgotten it. */
  async #raise(intents: readonly TransactionIntent[], doing: string): Promise<readonly TransactionIntent[]> {
    const last = intents.at(-1)!
    const now = await estimateFees(this.chain)
    await this.#fillGap(last.nonce, now)
    const fees = replacementFees(feesOf(last), now)
    if (priceOf(fees) > (this.#options.maxFeePerGas ?? 5n * priceOf(feesOf(intents[0]!)))) {
      await broadcastTransaction(this.chain, last.raw, doing)
      return intents
    }
    const intent = await signTransaction(this.account, refuelled(last, fees))
    await this.#journal.begin(intent)
    try {
      const sent = await broadcastTransaction(this.chain, intent.raw, doing)
      this.#logger.info({ key: intent.key, hash: intent.hash, price: priceOf(fees), sent }, `raised the fee: ${doing}`)
    } catch (error) {
      // Refused (it cannot pay that much, or the node wants a bigger step): the earlier attempt stands.
      this.#logger.warn({ key: intent.key, cause: error }, 'the RPC node refused a replacement with a higher fee')
    }
    return [...intents, intent]
  }

  /**
   * Uses up nonces that are free although later ones are in flight: a reorganisation undid their transactions, and nothing is mined after a
   * gap. An empty transaction to the account itself fills each.
   */
  async #fillGap(before: number, fees: TransactionFees): Promise<void> {
    const { address, chain } = this
    const free = await chain.publicClient.getTransactionCount({ address, blockTag: 'pending' })
    for (let nonce = free; nonce < before && !this.#inFlight.has(nonce); nonce++) {
      const doing = `use up the nonce ${nonce}`
      const { gas } = await prepareTransaction(chain, { account: address, to: address }, doing)
      const empty = { key: `gap:${nonce}`, chainId: chain.chainId, nonce, gas, to: address, fees }
      const { raw, hash } = await signTransaction(this.account, empty)
      // A node that has a transaction there refuses: then there is no gap.
      const sent = await broadcastTransaction(chain, raw, doing).catch(() => 'used' as const)
      if (sent === 'used') return
      this.#logger.warn(
        { nonce, hash, sent },
        'filled a gap in the nonces with an empty transaction: a reorganisation undid the transaction there',
      )
    }
  }

  async #pending(): Promise<readonly TransactionIntent[]> {
    const pending = await this.#journal.pending()
    return pending.filter((intent) => intent.chainId === this.chain.chainId && sameAddress(intent.account, this.address))
  }

  /** Reads why a transaction failed although its simulation passed, as near to its state as the chain allows. */
  async #reverted({ blockNumber, gasUsed }: TransactionReceipt, intent: TransactionIntent, doing: string): Promise<QuorateError> {
    const details = { hash: intent.hash, blockNumber, gasUsed }
    try {
      await this.chain.publicClient.call({ ...callOf(intent), blockNumber })
    } catch (error) {
      const translated = translateChainError(error, { doing, details })
      if (!isUnanswered(translated)) return translated
    }
    return new QuorateError('TRANSACTION_REVERTED', `cannot ${doing}: the transaction failed when it was mined`, { details })
  }
}

/** What callers see of a receipt. */
export function resultOf(receipt: TransactionReceipt, recovered: boolean): TransactionResult {
  const { transactionHash: hash, blockNumber, gasUsed, effectiveGasPrice, logs, contractAddress: created } = receipt
  const contractAddress = created ? getAddress(created) : undefined
  return { hash, blockNumber, gasUsed, effectiveGasPrice, logs, contractAddress, recovered }
}
