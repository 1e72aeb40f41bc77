import { setTimeout as sleep } from 'node:timers/promises'
import type { Moment } from './moment.ts'
import type { Program } from './program.ts'

/** How long the first program may take to enter the moment, and the others after it, ms. */
const FIRST_MS = 300_000
const OTHERS_MS = 2000

export interface Halted {
  /** The programs that stand still as they enter the moment; empty where none entered it in time. */
  names: string[]
  /** Lets them go on. */
  release: () => void
}

/** Makes programs stand still as they enter a moment. Resolves once all do, or some do and the others are late. */
export async function haltAll(programs: readonly Program[], at: Moment, signal: AbortSignal): Promise<Halted> {
  const names: string[] = []
  const first = Promise.withResolvers<void>()
  const all = Promise.withResolvers<void>()
  const releases = programs.map((program) =>
    program.haltAt(at, () => {
      names.push(program.name)
      first.resolve()
      if (names.length === programs.length) all.resolve()
    }),
  )
  const within = async (done: Promise<void>, ms: number): Promise<void> => {
    const over = new AbortController()
    await Promise.race([done, sleep(ms, undefined, { signal: AbortSignal.any([signal, over.signal]) }).catch(() => {})])
    over.abort()
  }
  await within(first.promise, FIRST_MS)
  if (names.length > 0) await within(all.promise, OTHERS_MS)
  return {
    names: [...names],
    release: () => {
      for (const release of releases) release()
    },
  }
}
