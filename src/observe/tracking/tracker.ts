/** Numbers of one step of a run, by name: `training/loss`, `updates/rejected`. */
export type TrackedValues = Readonly<Record<string, number>>

/** Where a run is written down for people to look at. What cannot be written is logged and costs the node nothing. */
export interface Tracker {
  /** @param step number of the round @param at unix seconds */
  log(step: number, values: TrackedValues, at: number): void
  /** Resolves when what was logged is written, or cannot be in time. */
  close(): Promise<void>
}
