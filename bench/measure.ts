/**
 * Milliseconds of several runs. On a shared machine the wall clock also measures other programs. The cost of the code
 * is the processor time of all threads of this process, and ratios compare this time.
 */
export interface Timing {
  /** Least processor time of a run, all threads together. */
  cpu: number
  /** Least time on the wall. */
  wall: number
  runs: number
}

/**
 * Runs `work` at least twice, until `budget` milliseconds are spent, after one run that warms caches and compilers.
 *
 * @example const { cpu } = await measure(() => engine.gram(rows, segments), 1000)
 */
export async function measure(work: () => unknown, budget: number, least = 2): Promise<Timing> {
  await work()
  const timing = { cpu: Infinity, wall: Infinity, runs: 0 }
  const end = performance.now() + budget
  while (timing.runs < least || (performance.now() < end && timing.runs < 200)) {
    const [start, before] = [performance.now(), process.cpuUsage()]
    await work()
    const { user, system } = process.cpuUsage(before)
    timing.wall = Math.min(timing.wall, performance.now() - start)
    timing.cpu = Math.min(timing.cpu, (user + system) / 1000)
    timing.runs++
  }
  return timing
}

/** `0.42 ms`, `13.1 ms`, `1530 ms`. */
export function shown(milliseconds: number): string {
  const digits = milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0
  return `${milliseconds.toFixed(digits)} ms`
}
