import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Answer, Runner } from '../runner.ts'

/**
 * A process whose module answers with `serveJobs`. For code that may take its process along: a driver that crashes or hangs, native code that must not be ended in
 * the middle of a call. What it prints goes to standard error.
 */
export function startProcess(entry: URL): Runner {
  const child = fork(fileURLToPath(entry), { serialization: 'advanced', execArgv: [], stdio: ['ignore', 2, 2, 'ipc'] })
  const exit = once(child, 'exit')
  exit.catch(() => {})
  const hold = (alive: boolean): void => {
    for (const handle of [child, child.channel]) {
      if (alive) handle?.ref()
      else handle?.unref()
    }
  }
  return {
    send: (job) => void child.send(job as object),
    listen({ answer, lost }) {
      child.on('message', (message) => answer(message as Answer))
      child.on('error', lost)
      child.on('exit', (code, signal) => lost(new Error(`it ended with ${signal ?? `code ${code}`}`)))
    },
    hold,
    async end() {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
      hold(true)
      child.kill('SIGKILL')
      await exit
    },
  }
}
