import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { QuorateError, systemClock } from '../../core/index.ts'
import { anvilBinary } from './anvil-binary.ts'
import { DEV_MNEMONIC, devAccounts } from './dev-accounts.ts'
import type { DevAccount } from './dev-accounts.ts'

/** How long anvil may take to begin listening, and to end after SIGTERM. Both take well under a second on an idle machine. */
const START_TIMEOUT_MS = 30_000
const STOP_TIMEOUT_MS = 10_000
/** How much of anvil's output is kept for error messages. */
const TAIL_BYTES = 8192

export interface AnvilOptions {
  /** Default 31337. */
  chainId?: number
  /** 0 (default) lets the system choose a free port. */
  port?: number
  /**
   * When blocks come: `mixed` (default) with every transaction and every `blockTime` seconds, `interval` every `blockTime` seconds as on a
   * real chain, `automine` with every transaction, `manual` when asked (`anvil_mine`).
   */
  mining?: 'mixed' | 'interval' | 'automine' | 'manual'
  /** Seconds, default 1. */
  blockTime?: number
  /** Rules of the chain by name, `shanghai` or `prague` for example. Default anvil's newest. */
  hardfork?: string
  /** How many accounts of the mnemonic are funded with 10,000 ether each. Default 10. */
  accounts?: number
  mnemonic?: string
  /** File the chain's state is loaded from, if it exists, and written to on stop. */
  stateFile?: string
  signal?: AbortSignal
}

/** A running anvil node. */
export interface Anvil extends AsyncDisposable {
  readonly rpcUrl: string
  readonly wsUrl: string
  readonly port: number
  readonly chainId: number
  readonly pid: number
  readonly accounts: readonly DevAccount[]
  /** Ends the node and waits until it has gone. Idempotent. */
  stop(): Promise<void>
}

/**
 * Starts a local EVM node for tests and the demo: the anvil that `npm ci` installed, on a free port, and waits until it listens.
 *
 * Errors: PROCESS_FAILED with anvil's last output when it ends before listening, CANCELLED when `signal` aborts first.
 *
 * @example
 * await using anvil = await startAnvil({ chainId: 31337 })
 * const chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, logger })
 */
export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  const { chainId = 31337, accounts = 10, mnemonic = DEV_MNEMONIC, signal } = options
  signal?.throwIfAborted()
  const child = spawn(anvilBinary(), argumentsOf({ ...options, chainId, accounts, mnemonic }), {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = new Tail(TAIL_BYTES)
  child.stderr.on('data', (data: Buffer) => output.push(data))
  try {
    const port = await listeningPort(child, output, signal)
    child.stdout.resume()
    return {
      rpcUrl: `http://127.0.0.1:${port}`,
      wsUrl: `ws://127.0.0.1:${port}`,
      port,
      chainId,
      pid: child.pid!,
      accounts: devAccounts(accounts, mnemonic),
      stop: () => stop(child),
      [Symbol.asyncDispose]: () => stop(child),
    }
  } catch (error) {
    await stop(child)
    throw error
  }
}

function argumentsOf(options: AnvilOptions): string[] {
  const { chainId, accounts, mnemonic, port = 0, mining = 'mixed', blockTime = 1, hardfork, stateFile } = options
  const list = ['--host', '127.0.0.1', '--port', port, '--chain-id', chainId, '--accounts', accounts, '--mnemonic', mnemonic]
  if (mining === 'manual') list.push('--no-mining')
  if (mining === 'mixed' || mining === 'interval') list.push('--block-time', blockTime)
  if (mining === 'mixed') list.push('--mixed-mining')
  if (hardfork !== undefined) list.push('--hardfork', hardfork)
  if (stateFile !== undefined) list.push('--state', stateFile)
  return list.map(String)
}

/** Reads the port from `Listening on 127.0.0.1:PORT`, which anvil prints once its server is bound. */
function listeningPort(child: ChildProcess, output: Tail, signal: AbortSignal | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    let seen = ''
    const fail = (message: string, cause?: unknown) =>
      done(() => reject(new QuorateError('PROCESS_FAILED', message, { details: { output: output.text() }, cause })))
    const timer = setTimeout(() => fail(`anvil did not listen within ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS)
    const onData = (data: Buffer) => {
      output.push(data)
      seen += data.toString('utf8')
      const port = /Listening on [^\s]*:(\d+)/.exec(seen)?.[1]
      if (port !== undefined) done(() => resolve(Number(port)))
    }
    const onError = (error: Error) => fail('anvil could not be started', error)
    const onClose = (code: number | null) => fail(`anvil ended with code ${code ?? 'none'}: ${output.reason()}`)
    const onAbort = () =>
      done(() => reject(new QuorateError('CANCELLED', 'starting anvil was cancelled', { cause: signal?.reason })))
    function done(settle: () => void): void {
      clearTimeout(timer)
      child.stdout!.off('data', onData)
      child.off('error', onError).off('close', onClose)
      signal?.removeEventListener('abort', onAbort)
      settle()
    }
    child.stdout!.on('data', onData)
    child.on('error', onError).on('close', onClose)
    signal?.addEventListener('abort', onAbort)
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const giveUp = new AbortController()
  const killed = systemClock.sleep(STOP_TIMEOUT_MS, giveUp.signal).then(
    () => child.kill('SIGKILL'),
    () => false,
  )
  await gone
  giveUp.abort()
  await killed
}

/** The last `limit` bytes of a stream. */
class Tail {
  readonly #limit: number
  #text = ''

  constructor(limit: number) {
    this.#limit = limit
  }

  push(data: Buffer): void {
    this.#text = (this.#text + data.toString('utf8')).slice(-this.#limit)
  }

  text(): string {
    return this.#text
  }

  reason(): string {
    return /^error:.*$/im.exec(this.#text)?.[0] ?? this.#text.trim().split('\n').at(-1) ?? ''
  }
}
