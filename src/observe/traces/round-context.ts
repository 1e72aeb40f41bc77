import { createHash } from 'node:crypto'

/** The task that a trace is about: every node of it knows these. */
export interface TracedTask {
  chainId: number
  /** Address of the ledger. */
  ledger: string
  task: bigint
}

/** Identity of the trace of a round, and of the span at its top. */
export interface RoundContext {
  /** 32 hexadecimal digits. */
  traceId: string
  /** 16 hexadecimal digits. */
  spanId: string
}

/**
 * The identity of the trace of a round follows from the round alone, so the spans of all nodes join in one trace and no node sends another one a
 * context.
 *
 * @param round 0 for the start of a node
 * @example roundContext({ chainId: 31337, ledger: '0x…', task: 1n }, 7n).traceId
 */
export function roundContext({ chainId, ledger, task }: TracedTask, round: bigint): RoundContext {
  const digest = createHash('sha256').update(`quorate/trace/${chainId}/${ledger.toLowerCase()}/${task}/${round}`).digest('hex')
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) }
}
