import { open, realpath } from 'node:fs/promises'
import { exposureOf } from './exposure.ts'
import { isSealedMount } from './sealed-mount.ts'

/**
 * The text of a file with a private key, and who else may read it. Links are followed, as container platforms lay secrets out with
 * them, and the file at their end is judged; it is the one that is read, even if a link changes meanwhile.
 *
 * @throws what `node:fs` throws
 */
export async function readSecret(path: string): Promise<{ text: string; exposedTo: string | undefined }> {
  const file = await open(path)
  try {
    const { mode, gid } = await file.stat()
    const text = await file.readFile('utf8')
    if (process.platform === 'win32') return { text, exposedTo: undefined }
    const groups = [process.getegid!(), ...process.getgroups!()]
    const sealed = (mode & 0o077) !== 0 && (await isSealedMount(await realpath(path)))
    return { text, exposedTo: exposureOf({ mode, gid }, { groups, sealed }) }
  } finally {
    await file.close()
  }
}
