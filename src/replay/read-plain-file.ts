import { lstat, readFile } from 'node:fs/promises'

/**
 * Reads a file of a folder that somebody else may have made. A link could lead out of the folder, and a pipe would hold the reader up for
 * ever, so only a plain file is read.
 *
 * @throws Error for anything else, and what the file system throws
 */
export async function readPlainFile(path: string): Promise<Uint8Array> {
  if (!(await lstat(path)).isFile()) throw new Error(`${path} is not a plain file`)
  const bytes = await readFile(path)
  // A plain view: callers reinterpret it as Int8Array.
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
