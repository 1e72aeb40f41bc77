import { Poll } from '../../core/index.ts'
import type { Logger, Service } from '../../core/index.ts'
import { decide, phaseOf, reduceRound, selfWith } from '../../protocol/index.ts'
import type { Address, RoundState } from '../../protocol/index.ts'

/** A chain that is at work has blocks closer together than this, ms: two slots of Ethereum may be empty. */
const STILL_MS = 30_000
const LOOK_MS = 1000

export interface BlockNudgeOptions {
  /** The newest block that the node knows of. */
  clock: { readonly latest: { number: bigint } }
  rounds: { readonly latest: RoundState | undefined }
  /** Blocks that a round waits for, whatever their time, because its members are not drawn yet. */
  missing?: () => number
  /** Owner address of the operator. */
  self: Address
  /** Sends an empty transaction and waits until it is in a block. */
  send: (signal: AbortSignal) => Promise<unknown>
  logger: Logger
  /** How long the chain may stand still before the node makes a block, ms. Default 30 seconds. */
  stillMs?: number
  /** A clock that never jumps, ms. */
  elapsed?: () => number
}

/**
 * Makes a block where none comes by itself. Some chains mine only when there is a transaction (anvil without `--block-time`, quiet
 * rollups); their time stands still between transactions, so that no deadline of a round would ever pass. When the chain has stood still
 * for half a minute and the round would have moved on by the time that must have passed, the node sends an empty transaction. The block's
 * timestamp then tells every node the time: nobody acts on a local clock. A drawn round also waits for the block of its seed.
 *
 * It costs 21,000 gas, and nothing on a chain that makes blocks by itself.
 */
export class BlockNudge implements Service {
  readonly name = 'block-nudge'
  readonly #options: BlockNudgeOptions
  readonly #poll: Poll
  #seen: { number: bigint; at: number } | undefined
  #tried = -Infinity

  constructor(options: BlockNudgeOptions) {
    this.#options = options
    this.#poll = new Poll({ name: this.name, everyMs: LOOK_MS, look: async () => this.look() })
  }

  async start(): Promise<void> {
    await this.#poll.start()
  }

  async stop(): Promise<void> {
    await this.#poll.stop()
  }

  /** Looks once, and sends when a block is overdue. */
  async look(): Promise<void> {
    const { clock, rounds, missing = () => 0, self, send, logger } = this.#options
    const { stillMs = STILL_MS, elapsed = () => performance.now() } = this.#options
    const { number } = clock.latest
    if (this.#seen?.number !== number) this.#seen = { number, at: elapsed() }
    const still = elapsed() - this.#seen.at
    if (Math.min(still, elapsed() - this.#tried) < stillMs) return
    const state = rounds.latest
    const blocks = missing() || (state && movesOn(state, self, Math.floor(still / 1000)) ? 1 : 0)
    if (blocks === 0) return
    this.#tried = elapsed()
    try {
      for (let made = 0; made < blocks; made++) await send(this.#poll.signal)
      logger.info({ block: number, blocks }, 'made blocks, because the chain stood still although a round waits for them')
    } catch (error) {
      if (!this.#poll.signal.aborted)
        logger.warn(
          { block: number, error: String(error) },
          'could not make a block, although the chain stands still and a round waits for it',
        )
    }
  }
}

/** Whether the round would be in another phase, or the operator would owe something new, were the chain's time that many seconds further. */
function movesOn(state: RoundState, operator: Address, seconds: number): boolean {
  const self = selfWith(operator, ['seal', 'build', 'post'])
  const later = reduceRound(state, { type: 'tick', now: state.now + seconds })
  const owed = new Set(decide(state, self).map(({ key }) => key))
  return phaseOf(later) !== phaseOf(state) || decide(later, self).some(({ key }) => !owed.has(key))
}
