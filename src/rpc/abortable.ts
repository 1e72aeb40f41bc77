import { QuorateError, isQuorateError } from '../core/index.ts'

/** Why a signal aborted, as one of our errors. */
export function abortReason(signal: AbortSignal): QuorateError {
  const reason: unknown = signal.reason
  return isQuorateError(reason) ? reason : new QuorateError('CANCELLED', 'the call was cancelled', { cause: reason })
}

/** The promise, or the signal's reason as soon as it aborts. What the promise does later is not heard. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => {})
    throw abortReason(signal)
  }
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(abortReason(signal))
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** The items of an iterable until the signal aborts; then its reason is thrown even if the iterable is stuck. */
export async function* abortableItems<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void> {
  const iterator = items[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await abortable(iterator.next(), signal)
      if (done) return
      yield value
    }
  } finally {
    // Not awaited: a generator that is stuck in `next` would answer `return` only after it.
    void iterator.return?.()?.catch(() => {})
  }
}
