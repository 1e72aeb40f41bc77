import type { Logger, Metrics } from '../../core/index.ts'
import type { Damage } from '../../storage/index.ts'

/** What a store does with the report of a damaged file. */
export type TellDamage = (store: string) => (damage: Damage) => void

/** Logs and counts damaged files: a disk that loses one bit loses more. */
export function tellDamage({ logger, metrics }: { logger: Pick<Logger, 'error'>; metrics: Pick<Metrics, 'count'> }): TellDamage {
  return (store) =>
    ({ path, moved }) => {
      metrics.count('storage_damaged_total', { store })
      logger.error(
        { code: 'STORAGE_DAMAGED', store, path, moved },
        'a file is not what this node wrote: it was moved away, and its bytes are taken from peers or computed again',
      )
    }
}
