const BASIS_POINTS = 10_000n

/**
 * Whether a stake reaches the quorum of a task: at least `quorumBps` basis points of all stake, and more than nothing. Exact, as the
 * ledger counts (`finalizeWithQuorum`), whatever the task's quorum is.
 *
 * @param stake stake of those who signed or hold, token wei
 * @param total stake of the round's snapshot, token wei
 * @param quorumBps of the task, 5001 to 10,000
 * @example reachesQuorum(67n, 100n, 6667) // true
 */
export function reachesQuorum(stake: bigint, total: bigint, quorumBps: number): boolean {
  return stake > 0n && stake * BASIS_POINTS >= total * BigInt(quorumBps)
}
