import { keccak, receiptDigest, signReceipt, toHex, ZERO_HASH } from '../protocol/index.ts'
import type { Address, ContractDomain, DigestSigner, Hash } from '../protocol/index.ts'
import { receiptText } from '../market/index.ts'
import type { Payment, ReceiptBook } from './receipt-book.ts'

/** Seconds for which a server stands for an answer: a month. */
const VALID = 30n * 86_400n

export interface AnswererOptions {
  domain: ContractDomain
  model: Hash
  server: Address
  account: DigestSigner
  book: ReceiptBook
  /** Unix seconds. */
  now: () => bigint
}

/** Signs answers, one after the other, so that nonces have no gaps, and writes each down before anybody sees it. */
export class Answerer {
  readonly #options: AnswererOptions
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: AnswererOptions) {
    this.#options = options
  }

  /**
   * @param input keccak256 of the bytes of the question
   * @param output bytes of the answer
   * @returns the receipt as JSON, in one line
   * @throws QuorateError PAYMENT_REQUIRED for a payment that another call used meanwhile
   */
  async sign(input: Hash, output: Uint8Array, payment: Payment): Promise<string> {
    const signed = this.#last.then(async () => this.#sign(input, toHex(keccak(output)), payment))
    // One refused payment does not stop the next answer.
    this.#last = signed.catch(() => {})
    return signed
  }

  async #sign(input: Hash, output: Hash, payment: Payment): Promise<string> {
    const { domain, model, server, account, book, now } = this.#options
    const nonce = book.next()
    const time = now()
    const grant = payment.kind === 'licence' ? payment.grant : payment.kind === 'channel' ? payment.channel : ZERO_HASH
    const receipt = { model, input, output, time, expiry: time + VALID, nonce, grant, server }
    const signature = await signReceipt(domain, receipt, account)
    const text = receiptText({ domain, receipt, signature })
    book.enter(nonce, { digest: receiptDigest(domain, receipt), text }, payment)
    return text
  }
}
