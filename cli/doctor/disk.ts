import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rm, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isQuorateError } from '../../src/core/index.ts'
import { openJournal } from '../../src/storage/index.ts'
import { fault, note, ok } from './finding.ts'
import type { DoctorFinding } from './finding.ts'

const GiB = 1024 ** 3
/** Disk below which a node is told to look for more, and below which it will soon wait for room. */
const LITTLE = 5 * GiB
const TOO_LITTLE = GiB / 4

/** Whether a node can write where its state lies, and has room there. The folder need not exist yet. */
export async function checkDisk(folder: string): Promise<DoctorFinding[]> {
  const there = nearest(folder)
  const { bavail, bsize } = await statfs(there)
  const free = bavail * bsize
  const found = `${(free / GiB).toFixed(1)} GiB free at ${folder}`
  const advice = 'keep 5 GiB free: a node keeps the evidence of `keepRounds` rounds (docs/operations.md). A full disk stops it'
  const room = free < TOO_LITTLE ? fault('disk', found, advice) : free < LITTLE ? note('disk', found, advice) : ok('disk', found)
  return [room, await checkWriting(folder, there)]
}

async function checkWriting(folder: string, there: string): Promise<DoctorFinding> {
  const probe = join(there, `.doctor-${randomBytes(6).toString('hex')}`)
  try {
    await writeFile(probe, 'probe', { flag: 'wx' })
    return ok('state folder', `${folder} can be written`)
  } catch (error) {
    return fault(
      'state folder',
      `${folder} cannot be written: ${(error as Error).message}`,
      'give it to the user that runs the node (chown, chmod u+rwx), or free the disk',
    )
  } finally {
    await rm(probe, { force: true }).catch(() => {})
  }
}

/** Whether a node runs with a state folder now. */
export function isRunning(folder: string): boolean {
  if (!existsSync(join(folder, 'journal.db'))) return false
  try {
    openJournal(folder).close()
    return false
  } catch (error) {
    return isQuorateError(error, 'STORAGE_LOCKED')
  }
}

function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder))
}
