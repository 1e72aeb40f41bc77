import { inputsOf } from './make-input.ts'
import type { FuzzTarget } from './target.ts'

export interface FuzzRun {
  seed: number
  /** Number of the first input, and how many. */
  from: number
  count: number
  /** Ends the run early. */
  until?: () => boolean
  /** An input that broke a promise, or took too long. */
  onFailure: (failure: { number: number; input: Uint8Array; error: unknown }) => void
  /** Told now and then how many inputs are done. */
  onProgress?: (done: number) => void
  /** An input may take so long, ms. It is tried again before it counts as slow: the machine may have been busy. */
  slowMs?: number
}

const PROGRESS = 4096

/** Runs inputs through a target; how many, and the longest time that one took, ms. */
export async function runTarget(target: FuzzTarget, run: FuzzRun): Promise<{ done: number; slowest: number }> {
  const { seed, from, count, until, onFailure, onProgress, slowMs = Infinity } = run
  const inputOf = inputsOf(target, seed)
  let slowest = 0
  let done = 0
  const timed = async (input: Uint8Array): Promise<number> => {
    const started = performance.now()
    const checking = target.check(input)
    if (checking) await checking
    return performance.now() - started
  }
  for (; done < count; done++) {
    if (done % PROGRESS === 0) {
      onProgress?.(done)
      if (until?.()) break
    }
    const number = from + done
    const input = inputOf(number)
    try {
      let ms = await timed(input)
      for (let again = 0; ms > slowMs && again < 2; again++) ms = Math.min(ms, await timed(input))
      slowest = Math.max(slowest, ms)
      if (ms > slowMs) throw new Error(`took ${Math.round(ms)} ms`)
    } catch (error) {
      onFailure({ number, input, error })
    }
  }
  return { done, slowest }
}
