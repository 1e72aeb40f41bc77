import { open } from 'node:fs/promises'

/** Reads files that grow, line by line: each line once. */
export class LogReader {
  readonly #read = new Map<string, { offset: number; rest: Buffer }>()

  /** The whole lines that were added since the last call; none for a file that is not there. */
  async read(path: string): Promise<string[]> {
    const file = await open(path).catch(() => undefined)
    if (!file) return []
    try {
      const { offset, rest } = this.#read.get(path) ?? { offset: 0, rest: Buffer.alloc(0) }
      const { size } = await file.stat()
      const added = Buffer.alloc(Math.max(0, size - offset))
      const { bytesRead } = await file.read(added, 0, added.length, offset)
      const all = Buffer.concat([rest, added.subarray(0, bytesRead)])
      const end = all.lastIndexOf(10) + 1
      this.#read.set(path, { offset: offset + bytesRead, rest: all.subarray(end) })
      return all.subarray(0, end).toString('utf8').split('\n').filter(Boolean)
    } finally {
      await file.close()
    }
  }
}
