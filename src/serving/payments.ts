import { readChannel, readGrant } from '../chain/index.ts'
import type { Chain } from '../chain/index.ts'
import { QuorateError } from '../core/index.ts'
import { isRequestSigned, isVoucherSigned, lowerHex, requestDigest, sameAddress, toHex, word } from '../protocol/index.ts'
import type { Address, Hash, Hex } from '../protocol/index.ts'
import type { Payment } from './receipt-book.ts'

/** Seconds that the clocks of a server and a holder may differ. */
const CLOCKS = 300n
/** How long an answer of the chain is believed, ms. A grant does not change; a channel may begin to close. */
const BELIEVED_MS = 5_000
/** Grants and channels remembered at once. */
const REMEMBERED = 1024

export interface PaymentOptions {
  chain: Chain
  model: Hash
  server: Address
  log: Address
  /** Absent: no licences are taken. */
  market?: Address | undefined
  /** Absent: no channels are taken. Price of a call in token wei. */
  channels?: { address: Address; price: bigint } | undefined
  free: boolean
  /** Unix seconds. */
  now: () => bigint
}

/** The header `Quorate-Payment` of a call: `grant <number> <time> <signature>` or `channel <id> <total> <signature>`. */
const HEADER =
  /^(?:grant (?<grant>\d{1,20}) (?<time>\d{1,12})|channel (?<channel>0x[0-9a-f]{64}) (?<total>\d{1,39})) (?<signature>0x[0-9a-f]{130})$/

/** Says how a call is paid, after everything but the book of the server was asked. */
export class Payments {
  readonly #options: PaymentOptions
  readonly #known = new Map<string, { at: number; value: Promise<unknown> }>()

  constructor(options: PaymentOptions) {
    this.#options = options
  }

  /** @throws QuorateError PAYMENT_REQUIRED */
  async of(header: string | undefined, input: Hash): Promise<Payment> {
    if (header === undefined) {
      if (this.#options.free) return { kind: 'free' }
      throw required('send the header Quorate-Payment with a licence or a voucher')
    }
    const parts = HEADER.exec(header)?.groups
    if (parts === undefined) throw required('the header Quorate-Payment is malformed')
    const signature = parts['signature'] as Hex
    if (parts['grant'] !== undefined) return this.#licence(BigInt(parts['grant']), BigInt(parts['time']!), signature, input)
    return this.#channel(parts['channel'] as Hash, BigInt(parts['total']!), signature)
  }

  async #licence(number: bigint, time: bigint, signature: Hex, input: Hash): Promise<Payment> {
    const { chain, market, model, server, log, now } = this.#options
    if (market === undefined) throw required('this server takes no licences')
    const given = await this.#remembered(`grant ${number}`, () => readGrant(chain, { market, grant: number }))
    if (lowerHex(given.model) !== lowerHex(model)) throw required(`grant ${number} is for another model`)
    if (given.until !== 0 && now() >= BigInt(given.until)) throw required(`grant ${number} is over`)
    if (given.uses > 0 && !sameAddress(given.server, server))
      throw required(`the uses of grant ${number} are counted by another server`)
    if (time > now() + CLOCKS || time + CLOCKS < now()) throw required('the signed time is not now')
    const grant = grantWord(number)
    const domain = { chainId: chain.chainId, contract: log }
    const request = { model, input, grant, time, server }
    if (!(await isRequestSigned(domain, request, signature, given.holder)))
      throw required(`the holder of grant ${number} did not sign this call`)
    return { kind: 'licence', grant, request: requestDigest(domain, request), uses: given.uses }
  }

  async #channel(channel: Hash, total: bigint, signature: Hex): Promise<Payment> {
    const { chain, channels, server } = this.#options
    if (channels === undefined) throw required('this server takes no channels')
    const { address: contract, price } = channels
    const found = await this.#remembered(`channel ${channel}`, () => readChannel(chain, { channels: contract, channel }))
    if (found.state !== 'open' || !sameAddress(found.server, server))
      throw required('the channel is not an open channel to this server')
    if (total > found.deposit) throw required(`the channel holds ${found.deposit}, and the voucher pays ${total}`)
    const domain = { chainId: chain.chainId, contract }
    if (!(await isVoucherSigned(domain, { channel, total }, signature, found.signer)))
      throw required('the signer of the channel did not sign the voucher')
    return { kind: 'channel', channel, total, signature, price }
  }

  /** One question to the chain for all calls of some seconds; a failed one is asked again. */
  async #remembered<T>(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key)
    if (known !== undefined && performance.now() - known.at < BELIEVED_MS) return known.value as Promise<T>
    if (this.#known.size >= REMEMBERED) this.#known.delete(this.#known.keys().next().value!)
    const value = read()
    this.#known.set(key, { at: performance.now(), value })
    value.catch(() => this.#known.delete(key))
    return value
  }
}

/** The number of a grant as a word of a receipt. */
export function grantWord(grant: bigint): Hash {
  return toHex(word(grant))
}

function required(message: string): QuorateError {
  return new QuorateError('PAYMENT_REQUIRED', message)
}
