import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Bytes on disk below a folder, by the first name in it: `states`, `evidence`, `journal.db`. A file with several names counts under each
 * of them, since evidence is hard links to the stores. What goes meanwhile does not count.
 */
export async function folderSizes(folder: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>()
  for (const name of await readdir(folder).catch(() => [])) {
    // A journal and its log are one thing.
    const kind = name.replace(/-(wal|shm)$/, '')
    sizes.set(kind, (sizes.get(kind) ?? 0) + (await bytesOf(join(folder, name))))
  }
  return sizes
}

async function bytesOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined)
  if (!found) return 0
  const own = found.blocks * 512
  if (!found.isDirectory()) return own
  const inside = await Promise.all((await readdir(path).catch(() => [])).map(async (name) => bytesOf(join(path, name))))
  return inside.reduce((sum, bytes) => sum + bytes, own)
}
