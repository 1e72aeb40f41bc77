export interface Interrupt extends Disposable {
  signal: AbortSignal
  /** Resolves at the first interruption. */
  wait(): Promise<void>
}

/**
 * A signal that aborts on Ctrl-C or SIGTERM. The first asks for a clean end; a second one ends the process at once.
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
