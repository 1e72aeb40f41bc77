/** A source of time, injected so that tests can control it. Seconds are unix seconds. */
export interface Clock {
  /** Current time in whole unix seconds. The chain's latest block time in the nodes, wall time elsewhere. */
  now(): number
  /** Resolves after `ms` milliseconds of real waiting; rejects with CANCELLED when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
