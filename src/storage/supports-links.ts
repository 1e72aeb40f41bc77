import { link, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Whether files in a folder can have a second name. File systems without hard links make copies instead (`linkFile`). */
export async function supportsLinks(folder: string): Promise<boolean> {
  const [one, two] = [join(folder, '.link-one'), join(folder, '.link-two')]
  try {
    await writeFile(one, '')
    await rm(two, { force: true })
    await link(one, two)
    return true
  } catch {
    return false
  } finally {
    await Promise.all([one, two].map(async (path) => rm(path, { force: true })))
  }
}
