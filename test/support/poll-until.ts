import { setTimeout as sleep } from 'node:timers/promises'

/** Waits for a state of another process; the time of the test is the only limit. */
export async function pollUntil(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await sleep(20)
}
