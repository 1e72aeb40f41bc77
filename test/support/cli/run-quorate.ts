import { execFile } from 'node:child_process'
import { resolve } from 'node:path'

const MAIN = resolve(import.meta.dirname, '../../../cli/main.ts')

export interface CommandRun {
  code: number
  /** The last line that the command printed, which is its result. */
  last: Record<string, unknown>
}

/** Runs a command of `quorate` as a process of its own, with `--json`. */
export async function runQuorate(...args: string[]): Promise<CommandRun> {
  return new Promise((done) => {
    execFile(process.execPath, [MAIN, ...args, '--json'], (error, stdout, stderr) => {
      const line = (stdout.trim() || stderr.trim()).split('\n').at(-1)!
      done({ code: Number(error?.code ?? 0), last: JSON.parse(line) as CommandRun['last'] })
    })
  })
}
