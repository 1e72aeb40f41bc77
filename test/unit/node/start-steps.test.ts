import { expect, it } from 'vitest'
import { QuorateError, silentLogger } from '../../../src/core/index.ts'
import { StartSteps } from '../../../src/node/index.ts'
import type { NodeEvent } from '../../../src/node/index.ts'
import { storageError } from '../../../src/storage/storage-error.ts'

/** Steps that wait for nothing, and what they told. */
function stepsWith(signal = new AbortController().signal): { steps: StartSteps; told: string[] } {
  const told: string[] = []
  const emit = (event: NodeEvent): void => void told.push('reason' in event ? String(event.reason) : event.event)
  const clock = { sleep: async () => {} }
  return { steps: new StartSteps({ signal, events: { emit }, logger: silentLogger, clock }), told }
}

/** Fails so many times. */
function failing(times: number, error: QuorateError): () => Promise<number> {
  let tries = 0
  return async () => {
    if (++tries <= times) throw error
    return Promise.resolve(tries)
  }
}

const systemError = (code: string): QuorateError => storageError(Object.assign(new Error(code), { code }), 'journal.db')
const sqliteError = (errcode: number): QuorateError =>
  storageError(Object.assign(new Error('sqlite'), { code: 'ERR_SQLITE_ERROR', errcode }), 'journal.db')

it.each([
  ['a full disk', systemError('ENOSPC')],
  ['a full disk below SQLite', sqliteError(13)],
  ['a read-only disk', systemError('EROFS')],
  ['a read-only disk below SQLite', sqliteError(8)],
  ['a disk that fails', systemError('EIO')],
  ['a disk that fails below SQLite', sqliteError(10 | (3 << 8))],
  ['too many open files', systemError('EMFILE')],
])('waits while there is %s, and says so once', async (_, error) => {
  const { steps, told } = stepsWith()
  expect(await steps.step('the state folder data', failing(3, error))).toBe(4)
  expect(told).toEqual([expect.stringContaining('waiting for the state folder data')])
})

it.each([
  ['missing rights', systemError('EACCES')],
  ['a file in place of the folder', systemError('ENOTDIR')],
  ['a locked folder', sqliteError(5)],
  ['a damaged journal', sqliteError(11)],
  ['another specification', new QuorateError('SPEC_MISMATCH', 'other')],
])('does not wait after %s', async (_, error) => {
  const { steps, told } = stepsWith()
  await expect(steps.step('the state folder data', failing(1, error))).rejects.toBe(error)
  expect(told).toEqual([])
})

it('ends when it is cancelled, and leaves the attempt alone', async () => {
  const abort = new AbortController()
  const { steps } = stepsWith(abort.signal)
  const attempt = Promise.withResolvers<number>()
  const step = steps.step('the chain', async () => attempt.promise)
  abort.abort()
  await expect(step).rejects.toMatchObject({ code: 'CANCELLED' })
  attempt.resolve(1)
})
