/** Work that a node did in a round. */
export interface Work {
  /** What was done, such as `train`. */
  name: string
  round: bigint
  /** Unix time, ms. */
  startedAt: number
  /** Unix time, ms. */
  endedAt: number
  /** Facts for people. Never a key, a path or data. */
  attributes?: Readonly<Record<string, string | number>>
  /** Error code of work that failed. */
  code?: string
}

/** Where the work of rounds is written down, for a trace of each round. */
export interface Tracer {
  record(work: Work): void
}

export const noTracer: Tracer = { record() {} }
