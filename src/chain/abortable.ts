import { QuorateError } from '../core/index.ts'

/**
 * The promise's outcome, or CANCELLED as soon as the signal aborts. For calls that take no signal themselves: the work goes on
 * unobserved, so use it only where its late outcome does no harm.
 */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  const cancelled = () => new QuorateError('CANCELLED', 'the chain request was cancelled', { cause: signal.reason })
  if (signal.aborted) {
    promise.catch(() => {})
    throw cancelled()
  }
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(cancelled())
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
