import { open, realpath } from 'node:fs/promises'
import { exposureOf } from './exposure.ts'
import { isSealedMount } from './sealed-mount.ts'

/**
 * The text of a file with a private key, and its exposure to other users. Links are followed, because container
 * platforms lay secrets out with links. The file at the end is checked and read, even if a link changes meanwhile.
 *
 * @throws the errors of `node:fs`
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
