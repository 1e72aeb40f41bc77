import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { QuorateError } from '../../src/core/index.ts'
import { parseEvent } from '../../src/node/index.ts'
import type { NodeEvent } from '../../src/node/index.ts'

/** The entry script of an operator that posts a false claim; `lying-coordinator.ts`. */
export const LYING_COORDINATOR = fileURLToPath(new URL('./lying-coordinator.ts', import.meta.url))
/** The entry script of a member that poisons; `poisoning-member.ts`. */
export const POISONING_MEMBER = fileURLToPath(new URL('./poisoning-member.ts', import.meta.url))
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
/** Time a node has to end by itself, ms. */
const STOP_MS = 15_000

/** One `quorate … --json` process: the real program, its events and its end. */
export class NodeProcess {
  readonly name: string
  readonly #child: ChildProcess
  readonly #exited: Promise<void>
  #stderr = ''
  #stopping = false

  /**
   * @param onEvent receives every JSON line
   * @param onFail receives the error when the process ends unexpectedly
   * @param program the entry script; the `quorate` command by default
   * @param through a command that runs the program, as `ip netns exec NAME` does
   */
  constructor(
    name: string,
    args: readonly string[],
    onEvent: (event: NodeEvent) => void,
    onFail: (error: QuorateError) => void,
    program = MAIN,
    through: readonly string[] = [],
  ) {
    this.name = name
    const [command, ...rest] = [...through, process.execPath, '--disable-warning=ExperimentalWarning', program, ...args]
    this.#child = spawn(command!, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      const event = parseEvent(line)
      if (event) onEvent(event)
    })
    this.#child.stderr!.on('data', (data: Buffer) => {
      this.#stderr = (this.#stderr + data.toString()).slice(-4000)
    })
    this.#exited = once(this.#child, 'exit').then(([code, signal]) => {
      if (this.#stopping) return
      const reason = this.#stderr.trim().split('\n').slice(-3).join(' ')
      onFail(
        new QuorateError('PROCESS_FAILED', `${name} ended with ${signal ?? `exit code ${code}`}: ${reason}`, {
          details: { name, code, signal },
        }),
      )
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Asks for a clean end, waits for it, and kills the process after the timeout. */
  async stop(): Promise<void> {
    this.#stopping = true
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS)
    await this.#exited
    clearTimeout(timer)
  }

  /** Ends it at once, as a power cut would. */
  async kill(): Promise<void> {
    this.#stopping = true
    this.#child.kill('SIGKILL')
    await this.#exited
  }
}
