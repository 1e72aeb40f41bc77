import { vi } from 'vitest'
import { runCommand } from '../../../cli/run-command.ts'

export interface Ended {
  code: number
  stdout: string
  stderr: string
}

export interface CommandRun extends Ended {
  /** The last line that the command printed, which is its result. */
  last: Record<string, unknown>
}

/** Commands follow one another: they share the streams and the exit code of this process. */
let previous: Promise<unknown> = Promise.resolve()

/**
 * Runs a command of `quorate` in this process: a process of its own reads two thousand modules first, which takes longer than most commands.
 * `cli/main.ts` adds nothing but the end of the process; tests of signals and of that end start it.
 */
export async function runCommandLine(...args: string[]): Promise<Ended> {
  const run = previous.then(async () => captured(args))
  previous = run.catch(() => undefined)
  return run
}

/** The same with `--json`. */
export async function runQuorate(...args: string[]): Promise<CommandRun> {
  const ended = await runCommandLine(...args, '--json')
  const line = (ended.stdout.trim() || ended.stderr.trim()).split('\n').at(-1)!
  return { ...ended, last: JSON.parse(line) as CommandRun['last'] }
}

async function captured(argv: string[]): Promise<Ended> {
  const { exitCode } = process
  using stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  using stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  process.exitCode = undefined
  try {
    await runCommand(argv)
    return { code: codeOf(process), stdout: textOf(stdout.mock.calls), stderr: textOf(stderr.mock.calls) }
  } finally {
    process.exitCode = exitCode
  }
}

const codeOf = ({ exitCode }: Pick<NodeJS.Process, 'exitCode'>): number => Number(exitCode ?? 0)

/** What the calls of `write` would have written. */
function textOf(calls: readonly (readonly [chunk: string | Uint8Array, ...unknown[]])[]): string {
  return calls.map(([chunk]) => (typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk))).join('')
}
