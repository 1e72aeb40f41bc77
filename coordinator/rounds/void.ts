import type { Logger } from '../../src/core/index.ts'
import type { EffectHandler } from '../../src/node/index.ts'

export interface VoidNeeds {
  logger: Logger
  /** Tells the ledger that nobody posted in time. */
  send: (signal: AbortSignal) => Promise<unknown>
}

/** Performs `void`: ends a round that nobody posted, so that the next can open; the base model stands. */
export function voidHandler({ logger, send }: VoidNeeds): EffectHandler<'void'> {
  return async (_effect, state, signal) => {
    await send(signal)
    logger.warn({ round: state.plan.round }, 'nobody posted in time: the round is void')
    return []
  }
}
