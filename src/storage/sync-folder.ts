import { open } from 'node:fs/promises'

/** The flush of a folder that runs, and the one that begins after it. */
interface Flushes {
  running: Promise<void>
  next?: Promise<void>
}

/** Makes the renames in a folder durable. Not every platform can open a folder, and those flush on their own. Errors of the system. */
export const syncFolder = sharedFlushes(async (folder) => {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
})

/**
 * Makes callers share flushes. Who asks while a flush of the folder runs gets the next one, together with all who ask meanwhile: it begins after they asked, so it
 * covers what each of them renamed.
 */
export function sharedFlushes(flush: (folder: string) => Promise<void>): (folder: string) => Promise<void> {
  const known = new Map<string, Flushes>()

  async function begin(folder: string): Promise<void> {
    const made: Flushes = { running: flush(folder) }
    known.set(folder, made)
    try {
      await made.running
    } finally {
      if (!made.next) known.delete(folder)
    }
  }

  return async (folder) => {
    const flushes = known.get(folder)
    if (!flushes) return begin(folder)
    flushes.next ??= flushes.running.catch(() => {}).then(async () => begin(folder))
    return flushes.next
  }
}
