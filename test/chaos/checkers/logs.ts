import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LogReader } from '../log-reader.ts'
import type { Checker, Violation } from './checker.ts'

/** What no log may hold: errors that are nobody's, and errors that nobody caught. */
const BAD =
  /\bINTERNAL: |"code":"INTERNAL"|\b(Type|Range|Reference)Error\b|Cannot read propert|is not a function|[Uu]nhandled|[Uu]ncaught|MaxListenersExceeded|heap out of memory/
/** Numbers and hashes do not make two violations of one. */
const VARYING = /0x[0-9a-f]+|\d+/gi

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
          const found = BAD.exec(line)
          if (!found) continue
          const what = line.slice(Math.max(0, found.index - 200), found.index + 300)
          violations.push({ rule, key: what.replaceAll(VARYING, '#').slice(0, 300), text: `${name}: …${what}` })
        }
      }
      return violations
    },
  }
}
