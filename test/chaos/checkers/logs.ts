import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LogReader } from '../log-reader.ts'
import type { Checker, Violation } from './checker.ts'

/** What no log may hold: errors that are nobody's, and errors that nobody caught. */
const BAD =
  /\bINTERNAL: |"code":"INTERNAL"|\b(Type|Range|Reference)Error\b|Cannot read propert|is not a function|[Uu]nhandled|[Uu]ncaught|MaxListenersExceeded|heap out of memory/
/**
 * A connection that closed, in the words of Node's `fetch`: a TypeError below the error that a wire made of it. The end of the message is that of the line, or the next
 * cause, or the first line of the stack.
 */
const CLOSED = /(?<=caused by: )TypeError: (?:fetch failed|terminated)(?=$|\\n(?:caused by: | {4}at ))/g
/** Numbers and hashes do not make two violations of one. */
const VARYING = /0x[0-9a-f]+|\d+/gi

/** Where the line of a log speaks of a defect of the program; -1 for a line that does not. */
export function defectIn(line: string): number {
  // As long as before, so that the place is right.
  return line.replaceAll(CLOSED, (words) => ' '.repeat(words.length)).search(BAD)
}

/** No log of a program speaks of a defect. */
export function logs(): Checker {
  const rule = 'logs'
  const reader = new LogReader()
  return {
    rule,
    async look({ consortium }) {
      const folder = join(consortium.folder, 'logs')
      const violations: Violation[] = []
      for (const name of await readdir(folder)) {
        for (const line of await reader.read(join(folder, name))) {
          const at = defectIn(line)
          if (at < 0) continue
          const what = line.slice(Math.max(0, at - 200), at + 300)
          violations.push({ rule, key: what.replaceAll(VARYING, '#').slice(0, 300), text: `${name}: …${what}` })
        }
      }
      return violations
    },
  }
}
