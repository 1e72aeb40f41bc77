import { networkLimits } from './limits.ts'
import type { PeerKey } from './peer-key.ts'
import { ByteBudget } from './throttle.ts'

/** What connected peers may still send, by use: all streams of one use to one peer share it. */
export class PeerBytes {
  readonly #budgets = new Map<string, ByteBudget>()

  of(use: keyof typeof networkLimits.bytes, peer: PeerKey): ByteBudget {
    const name = `${use} ${peer}`
    const budget = this.#budgets.get(name) ?? new ByteBudget(networkLimits.bytes[use])
    this.#budgets.set(name, budget)
    return budget
  }

  /** The peer has disconnected. */
  forget(peer: PeerKey | undefined): void {
    for (const use of Object.keys(networkLimits.bytes)) this.#budgets.delete(`${use} ${peer}`)
  }
}
