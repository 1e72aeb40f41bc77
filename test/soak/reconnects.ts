import { setTimeout as sleep } from 'node:timers/promises'
import type { Program } from '../chaos/program.ts'

/** Has a program's connections cut again and again: those to peers, to operators and to the chain. It may connect anew at once. */
export class Reconnects {
  cuts = 0
  readonly #stopping = new AbortController()
  readonly #loop: Promise<void>

  constructor(program: Pick<Program, 'pid'>, everyMs: number) {
    this.#loop = this.#run(program, everyMs)
  }

  async #run(program: Pick<Program, 'pid'>, everyMs: number): Promise<void> {
    const { signal } = this.#stopping
    for (;;) {
      await sleep(everyMs, undefined, { signal }).catch(() => {})
      if (signal.aborted || program.pid === undefined) return
      process.kill(program.pid, 'SIGWINCH')
      this.cuts++
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
  }
}
