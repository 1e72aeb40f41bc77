import { readdir, readFile } from 'node:fs/promises'
import { honest } from '../world.ts'
import type { Checker, Violation } from './checker.ts'

export interface Sample {
  program: string
  /** Seconds since the first look. */
  at: number
  pid: number
  rssMiB: number
  files: number
  threads: number
}

/** No program of a small task needs more, whatever happened. */
const MOST: Record<'rssMiB' | 'files' | 'threads', number> = { rssMiB: 700, files: 400, threads: 60 }

async function sample(pid: number): Promise<Omit<Sample, 'program' | 'at'> | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
    return {
      pid,
      rssMiB: Math.round(of('VmRSS') / 1024),
      threads: of('Threads'),
      files: (await readdir(`/proc/${pid}/fd`)).length,
    }
  } catch {
    return undefined
  }
}

/** Memory, open files and threads of each program stay within bounds. Linux only: elsewhere it sees nothing. */
export function resources(samples: Sample[]): Checker {
  const rule = 'resources'
  const began = performance.now()
  return {
    rule,
    async look(world) {
      const violations: Violation[] = []
      for (const { program } of honest(world)) {
        const found = program.pid === undefined ? undefined : await sample(program.pid)
        if (!found) continue
        samples.push({ program: program.name, at: Math.round((performance.now() - began) / 1000), ...found })
        for (const [what, most] of Object.entries(MOST) as [keyof typeof MOST, number][])
          if (found[what] > most)
            violations.push({
              rule,
              key: `${program.name} ${what}`,
              text: `${program.name} has ${found[what]} ${what}, more than ${most}`,
            })
      }
      return violations
    },
  }
}
