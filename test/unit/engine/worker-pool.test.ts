import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { startThread } from '../../../src/engine/runner.ts'
import { WorkerPool } from '../../../src/engine/worker-pool.ts'

const ENTRY = new URL('../../support/engine/dying-worker.ts', import.meta.url)

async function withPool(body: (run: (end?: string, signal?: AbortSignal) => Promise<unknown>) => Promise<void>): Promise<void> {
  const pool = new WorkerPool(1, () => startThread(ENTRY))
  try {
    await body((end, signal) => pool.run('admit', { end } as never, signal))
  } finally {
    await pool.close()
  }
}

it.each(['exit', 'throw'])('a thread that dies by %s fails its own job and no other', async (end) => {
  await withPool(async (run) => {
    const [lost, next] = [run(end), run()]
    await expect(lost).rejects.toMatchObject({ code: 'THREAD_LOST' })
    await expect(next).resolves.toBe('done')
    await expect(run(end)).rejects.toMatchObject({ code: 'THREAD_LOST' })
  })
})

it('a job that is handed to a thread which is just ending fails or is done by another, but never waits for ever', async () => {
  await withPool(async (run) => {
    for (let k = 0; k < 8; k++) {
      const outcome = await run('after answering').catch(({ code }: { code: string }) => code)
      expect(['done', 'THREAD_LOST']).toContain(outcome)
      if (k % 2) await turn()
    }
  })
})

it('an aborted signal keeps waiting jobs from beginning and leaves the others alone', async () => {
  await withPool(async (run) => {
    const abort = new AbortController()
    const [first, second, third] = [run(undefined, abort.signal), run(undefined, abort.signal), run()]
    abort.abort(new Error('enough'))
    await expect(first).resolves.toBe('done')
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED', cause: expect.objectContaining({ message: 'enough' }) })
    await expect(third).resolves.toBe('done')
  })
})
