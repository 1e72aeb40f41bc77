import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { anvilBinary } from '../../../src/chain/dev/anvil-binary.ts'
import type { Address, Hash, Hex } from '../../../src/protocol/index.ts'

/** A transaction of an account that the node impersonates: nothing is signed, gas is free. */
export interface Call {
  from: Address
  to: Address
  data: Hex
}

export type View = Pick<Call, 'to' | 'data'>
export type Answers = (Hex | undefined)[]

interface Message {
  jsonrpc: '2.0'
  id: number
  method: string
  params: unknown[]
}

export interface RawLog {
  address: Address
  topics: [Hash, ...Hash[]]
  data: Hex
  blockNumber: Hex
  blockHash: Hash
  transactionHash: Hash
  logIndex: Hex
}

export interface Outcome {
  ok: boolean
  gas: number
  logs: RawLog[]
}

const ARGUMENTS =
  '--host 127.0.0.1 --port 0 --no-mining --order fifo --auto-impersonate --gas-price 0 --block-base-fee-per-gas 0 --disable-code-size-limit --disable-block-gas-limit --prune-history 64 --transaction-block-keeper 32'
const GAS = '0x2faf080'

/**
 * An EVM that this game alone drives: anvil without mining, over one kept connection. A block comes when the game asks, at the second that it names.
 * About 1,000 blocks of one transaction a second, which is why no viem client is used here.
 */
export class Evm implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly port: number
  #id = 0
  calls = 0

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
  }

  static async start(): Promise<Evm> {
    const child = spawn(anvilBinary(), ARGUMENTS.split(' '), { stdio: ['ignore', 'pipe', 'pipe'] })
    // Also when the game ends in the middle.
    process.once('exit', () => child.kill())
    let errors = ''
    child.stderr.on('data', (data: Buffer) => (errors = (errors + data.toString()).slice(-4000)))
    const port = await new Promise<number>((resolve, reject) => {
      let seen = ''
      child.stdout.on('data', (data: Buffer) => {
        seen = (seen + data.toString()).slice(-4000)
        const found = /Listening on [^\s]*:(\d+)/.exec(seen)?.[1]
        if (found) resolve(Number(found))
      })
      child.once('exit', () => reject(new Error(`anvil ended: ${errors}`)))
    })
    return new Evm(child, port)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy()
    if (this.#child.exitCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await gone
  }

  /** @throws Error with the node's message */
  async rpc<T = unknown>(method: string, ...params: unknown[]): Promise<T> {
    const answer = await this.#send<Answer<T>>({ jsonrpc: '2.0', id: ++this.#id, method, params })
    return resultOf(answer, method)
  }

  /**
   * One block with these transactions, in this order, and what view functions say after it. Two or three messages: the node answers the parts of one
   * message in any order, but takes transactions in theirs.
   */
  async mine(
    calls: readonly Call[],
    timestamp: number,
    views: readonly View[] = [],
  ): Promise<{ outcomes: Outcome[]; answers: Answers }> {
    if (calls.length > 0) {
      const sends = calls.map(({ from, to, data }) =>
        this.#message('eth_sendTransaction', { from, to, data, gas: GAS, gasPrice: '0x0' }),
      )
      for (const answer of await this.#send<Answer<Hash>[]>(sends)) resultOf(answer, 'eth_sendTransaction')
    }
    await this.rpc('evm_mine', { timestamp })
    const wanted = [...this.#views(views), ...(calls.length > 0 ? [this.#message('eth_getBlockReceipts', 'latest')] : [])]
    if (wanted.length === 0) return { outcomes: [], answers: [] }
    const answers = this.#sorted(wanted, await this.#send<Answer<unknown>[]>(wanted))
    if (calls.length === 0) return { outcomes: [], answers: answers as Answers }
    const receipts = answers.pop() as { status: Hex; gasUsed: Hex; logs: RawLog[] }[]
    if (receipts.length !== calls.length) throw new Error(`${receipts.length} of ${calls.length} transactions were mined`)
    const outcomes = receipts.map(({ status, gasUsed, logs }) => ({ ok: status === '0x1', gas: Number(gasUsed), logs }))
    return { outcomes, answers: answers as Answers }
  }

  /** Answers of view functions at the newest block; undefined for one that reverts. */
  async read(views: readonly View[]): Promise<Answers> {
    const wanted = this.#views(views)
    return this.#sorted(wanted, await this.#send<Answer<unknown>[]>(wanted)) as Answers
  }

  #message(method: string, ...params: unknown[]): Message {
    return { jsonrpc: '2.0', id: ++this.#id, method, params }
  }

  #views(views: readonly View[]): Message[] {
    return views.map(({ to, data }) => this.#message('eth_call', { to, data, gas: GAS }, 'latest'))
  }

  #sorted(wanted: readonly Message[], answers: readonly Answer<unknown>[]): unknown[] {
    const byId = new Map(answers.map(({ id, result }) => [id, result]))
    return wanted.map(({ id }) => byId.get(id))
  }

  /** Why a call fails now: the data of its revert. */
  async reason({ from, to, data }: Call): Promise<string> {
    const answer = await this.#send<Answer<Hex>>({
      jsonrpc: '2.0',
      id: ++this.#id,
      method: 'eth_call',
      params: [{ from, to, data, gas: GAS }, 'latest'],
    })
    return answer.error ? `${answer.error.message} ${JSON.stringify(answer.error.data)}` : 'it would succeed now'
  }

  #send<T>(body: unknown): Promise<T> {
    this.calls++
    const text = JSON.stringify(body)
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: this.port,
          method: 'POST',
          agent: this.#agent,
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (data: Buffer) => chunks.push(data))
          response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString()) as T))
        },
      )
      sent.on('error', reject)
      sent.end(text)
    })
  }
}

interface Answer<T> {
  id: number
  result?: T
  error?: { message: string; data?: unknown }
}

function resultOf<T>({ result, error }: Answer<T>, method: string): T {
  if (error) throw new Error(`${method}: ${error.message}`)
  return result as T
}
