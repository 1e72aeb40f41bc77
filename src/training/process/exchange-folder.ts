import { mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'quorate-trainer-'
const SOCKET = 'trainer.sock'
/** A folder without a socket may be in the making for so long, ms. */
const MAKING = 60 * 60 * 1000
/** Room beside the weights and the result, bytes. */
const SPARE = 64 * 1024 * 1024
/** Folders in memory, if the system has one; the temporary folder otherwise. */
const IN_MEMORY = '/dev/shm'

export interface ExchangeFolder {
  path: string
  /** Path of the socket. It is short, because a socket's path holds about 100 bytes. */
  socket: string
  /** Whether the folder lies in memory. */
  inMemory: boolean
  remove(): Promise<void>
}

/**
 * Makes a folder of mode 0700 for the socket and the files with tensors: in memory if there is room for two models, else in the temporary
 * folder. Folders of nodes that were killed are removed first, because files in memory take memory.
 *
 * @param bytes size of the model
 */
export async function makeExchangeFolder(bytes: number): Promise<ExchangeFolder> {
  await Promise.all([IN_MEMORY, tmpdir()].map(async (root) => removeStale(root)))
  const inMemory = await hasRoom(IN_MEMORY, 2 * bytes + SPARE)
  const path = await mkdtemp(join(inMemory ? IN_MEMORY : tmpdir(), PREFIX))
  return {
    path,
    socket: join(path, SOCKET),
    inMemory,
    remove: async () => rm(path, { recursive: true, force: true }),
  }
}

async function hasRoom(root: string, bytes: number): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(root)
    return bavail * bsize >= bytes
  } catch {
    return false
  }
}

/** Removes this user's folders whose socket nobody serves. A pid would say nothing: containers count their own. */
async function removeStale(root: string): Promise<void> {
  const names = await readdir(root).catch(() => [])
  const stale = names.filter((name) => name.startsWith(PREFIX)).map((name) => join(root, name))
  for (const path of stale) {
    const facts = await stat(path).catch(() => undefined)
    if (!facts || facts.uid !== process.getuid?.()) continue
    const answer = await knock(join(path, SOCKET))
    if (answer === 'served' || (answer === 'missing' && Date.now() - facts.mtimeMs < MAKING)) continue
    await rm(path, { recursive: true, force: true }).catch(() => {})
  }
}

async function knock(socket: string): Promise<'served' | 'refused' | 'missing'> {
  return new Promise((resolve) => {
    const line = connect(socket)
    line.on('connect', () => {
      line.destroy()
      resolve('served')
    })
    line.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ENOENT' ? 'missing' : 'refused'))
  })
}
