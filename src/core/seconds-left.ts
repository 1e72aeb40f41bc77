/**
 * What the rest of a work takes at the pace until now, in seconds; undefined before its first part is done.
 *
 * @param elapsed seconds since the work began
 * @example secondsLeft({ elapsed: 10, done: 2, total: 6 }) // 20
 */
export function secondsLeft({ elapsed, done, total }: { elapsed: number; done: number; total: number }): number | undefined {
  return done > 0 ? (elapsed / done) * Math.max(0, total - done) : undefined
}
