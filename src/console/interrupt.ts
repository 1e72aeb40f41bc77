export interface Interrupt extends Disposable {
  signal: AbortSignal
  /** Resolves at the first interruption. */
  wait(): Promise<void>
}

/** How long a clean end may take, ms. A process that is killed loses nothing either, and whoever runs it waits no longer than that. */
const CLEAN_MS = 45_000

/**
 * A signal that aborts on Ctrl-C or SIGTERM. The first asks for a clean end, which may take 45 s; a second one ends the process at once.
 *
 * @example
 * using interrupt = onInterrupt()
 * await node.run(interrupt.signal)
 */
export function onInterrupt(): Interrupt {
  const abort = new AbortController()
  const handler = (): void => {
    if (abort.signal.aborted) process.exit(130)
    abort.abort()
    setTimeout(() => {
      process.stderr.write('The clean end took longer than 45 s and is cut short. Nothing is lost.\n')
      process.exit(130)
    }, CLEAN_MS).unref()
  }
  process.on('SIGINT', handler)
  process.on('SIGTERM', handler)
  return {
    signal: abort.signal,
    wait: async () =>
      new Promise((resolve) => {
        if (abort.signal.aborted) resolve()
        else abort.signal.addEventListener('abort', () => resolve(), { once: true })
      }),
    [Symbol.dispose]() {
      process.off('SIGINT', handler)
      process.off('SIGTERM', handler)
    },
  }
}
