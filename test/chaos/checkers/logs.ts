import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checker, Violation } from './checker.ts'

/** What no log may hold: errors that are nobody's, and errors that nobody caught. */
const BAD =
  /\bINTERNAL: |"code":"INTERNAL"|\b(Type|Range|Reference)Error\b|Cannot read propert|is not a function|[Uu]nhandled|[Uu]ncaught|MaxListenersExceeded|heap out of memory/
/** Numbers and hashes do not make two violations of one. */
const VARYING = /0x[0-9a-f]+|\d+/gi

/** No log of a program speaks of a defect. */
export function logs(): Checker {
  const rule = 'logs'
  const read = new Map<string, { offset: number; rest: string }>()
  return {
    rule,
    async look({ consortium }) {
      const folder = join(consortium.folder, 'logs')
      const violations: Violation[] = []
      for (const name of await readdir(folder)) {
        const { offset, rest } = read.get(name) ?? { offset: 0, rest: '' }
        const { text, size } = await readFrom(join(folder, name), offset)
        const lines = (rest + text).split('\n')
        read.set(name, { offset: size, rest: lines.pop() ?? '' })
        for (const line of lines) {
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

async function readFrom(path: string, offset: number): Promise<{ text: string; size: number }> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const bytes = new Uint8Array(Math.max(0, size - offset))
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset)
    return { text: new TextDecoder().decode(bytes.subarray(0, bytesRead)), size: offset + bytesRead }
  } finally {
    await file.close()
  }
}
