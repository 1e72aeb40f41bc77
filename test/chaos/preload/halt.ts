import { writeSync } from 'node:fs'
import type { Control } from '../control.ts'
import { momentReader } from '../moment.ts'
import type { Moment } from '../moment.ts'

/** How a program says that it stands still; followed by the order's id. */
export const HALTED = '#halted '
/** How often a program that stands still looks whether it may go on, ms. */
const LOOK_MS = 20

/**
 * Gives what a program calls when it enters a moment. If it is ordered to stand still there, it does, before it does anything more: a phase of a quick round is over by
 * the time that somebody else could stop it. It goes on when the order is taken back.
 *
 * @param control as it was read last
 * @param look reads it anew
 */
export function halting(control: () => Control, look: () => Control): (moment: Moment) => void {
  const obeyed = new Set<number>()
  const nothing = new Int32Array(new SharedArrayBuffer(4))
  return (moment) => {
    for (const { id, at } of control().halts ?? []) {
      if (at !== moment || obeyed.has(id)) continue
      obeyed.add(id)
      // stdout is a pipe: written at once.
      writeSync(1, `${HALTED}${id}\n`)
      while (look().halts?.some((order) => order.id === id)) Atomics.wait(nothing, 0, 0, LOOK_MS)
    }
  }
}

/** Tells the moments that the program's events show. */
export function patchOutput(enter: (moment: Moment) => void): void {
  const momentOf = momentReader()
  const write = process.stdout.write.bind(process.stdout) as (...args: unknown[]) => boolean
  process.stdout.write = (...args: unknown[]): boolean => {
    const written = write(...args)
    const moment = momentOf(String(args[0]))
    if (moment) enter(moment)
    return written
  }
}
