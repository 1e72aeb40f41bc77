import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { QuorateError } from '../../core/errors.ts'
import type { Logger } from '../../core/logger.ts'
import { groupMemory } from './group-memory.ts'
import { LineLog } from './line-log.ts'

export interface TrainerChildOptions {
  /** Words of the command: the program and its arguments. */
  command: readonly string[]
  /** Working folder of the program; that of the node if left out. */
  cwd?: string
  /** Added to the environment of the node. */
  env: Readonly<Record<string, string>>
  /** Most memory of the program and all it starts, bytes; any if left out. */
  memory?: number
  logger: Pick<Logger, 'info' | 'warn'>
}

/** How a program ended. */
export interface TrainerEnd {
  code: number | null
  signal: NodeJS.Signals | null
  /** Its last lines on stderr, or on stdout where stderr has none. */
  lines: readonly string[]
  /** Set when the program was killed because it took more memory than it may. */
  memory?: { bytes: number; limit: number }
}

/** Time between two looks at the memory, ms. */
const MEMORY_EVERY = 500
/** How long after its end the last lines of a program may take, ms: a process that left the group may hold the pipe. */
const LAST_LINES = 1000

/**
 * A program in a process group of its own, so that what it starts ends with it. Its output goes to the log line by line.
 */
export class TrainerChild {
  readonly #process: ChildProcess
  readonly #pid: number
  readonly #ended: Promise<TrainerEnd>
  #over = false
  #memory: TrainerEnd['memory']

  private constructor(process: ChildProcess, pid: number, options: TrainerChildOptions) {
    this.#process = process
    this.#pid = pid
    this.#ended = this.#watch(options)
  }

  /** @throws QuorateError CONFIG_INVALID when there is no such program */
  static async start(options: TrainerChildOptions): Promise<TrainerChild> {
    const { command, cwd, env } = options
    const child = spawn(command[0]!, command.slice(1), {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', (cause: NodeJS.ErrnoException) =>
        reject(
          new QuorateError('CONFIG_INVALID', `the trainer ${command[0]} cannot be started: ${cause.message}`, {
            cause,
            details: { field: 'training.trainer', command },
          }),
        ),
      )
    })
    return new TrainerChild(child, child.pid!, options)
  }

  get pid(): number {
    return this.#pid
  }

  /** Resolves when the program has ended and all that it started was ended. */
  get ended(): Promise<TrainerEnd> {
    return this.#ended
  }

  /** Ends the program: SIGTERM, and SIGKILL after the grace. */
  async stop(graceMs: number): Promise<TrainerEnd> {
    this.#signal('SIGTERM')
    const kill = setTimeout(() => this.#signal('SIGKILL'), graceMs)
    try {
      return await this.#ended
    } finally {
      clearTimeout(kill)
    }
  }

  async #watch({ memory, logger }: TrainerChildOptions): Promise<TrainerEnd> {
    const out = new LineLog({ write: (line) => logger.info({ pid: this.#pid }, `trainer: ${line}`) })
    const err = new LineLog({ write: (line) => logger.info({ pid: this.#pid, stream: 'stderr' }, `trainer: ${line}`) })
    out.follow(this.#process.stdout!)
    err.follow(this.#process.stderr!)
    const closed = new Promise<void>((resolve) => {
      this.#process.once('close', () => resolve())
    })
    const orphans = (): void => this.#signal('SIGKILL')
    process.once('exit', orphans)
    const guard = memory === undefined ? undefined : this.#guard(memory)
    const { code, signal } = await new Promise<Pick<TrainerEnd, 'code' | 'signal'>>((resolve) => {
      this.#process.once('exit', (code, signal) => resolve({ code, signal }))
    })
    clearInterval(guard)
    // What the program started may still run, and hold its output open.
    this.#signal('SIGKILL')
    this.#over = true
    process.off('exit', orphans)
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(() => late.resolve(), LAST_LINES)
    await Promise.race([closed, late.promise])
    clearTimeout(timer)
    this.#process.stdout!.destroy()
    this.#process.stderr!.destroy()
    return { code, signal, lines: err.last.length > 0 ? err.last : out.last, memory: this.#memory }
  }

  #guard(limit: number): NodeJS.Timeout {
    let looking = false
    return setInterval(() => {
      if (looking) return
      looking = true
      void groupMemory(this.#pid).then((bytes) => {
        looking = false
        if (bytes === undefined || bytes <= limit || this.#over) return
        this.#memory ??= { bytes, limit }
        this.#signal('SIGKILL')
      })
    }, MEMORY_EVERY)
  }

  #signal(name: NodeJS.Signals): void {
    if (this.#over) return
    try {
      process.kill(-this.#pid, name)
    } catch {
      // The group is gone.
    }
  }
}
