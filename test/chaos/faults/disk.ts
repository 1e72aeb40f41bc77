import { existsSync } from 'node:fs'
import { cp, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isLastCopy } from '../last-copy.ts'
import { partyOf } from '../world.ts'
import type { World } from '../world.ts'
import { everyone, oneOf } from './fault.ts'
import type { Fault } from './fault.ts'

/** Folders of a node's data that hold files by their hash. */
const STORES = ['states', 'updates', 'documents', 'evidence']
/** So many of them are damaged, at most. */
const NEWEST = 32

/** The disk under a program's data refuses. */
function failing(name: 'full' | 'readonly' | 'eio', chances: readonly number[]): Fault {
  return {
    name: `disk-${name}`,
    group: 'disk',
    seconds: [2, 20],
    targets: everyone,
    draw: (random) => ({ chance: oneOf(random, chances) }),
    inject(world, { target, params = {} }) {
      const { program } = partyOf(world, target)
      program.control({ disk: { kind: name, chance: Number(params['chance']), folder: program.dataFolder } })
      return () => program.control({ disk: undefined })
    },
  }
}

/** The files of the stores that were written last and whose names end so, as paths: older ones are hardly read. */
async function newestFiles(folder: string, stores: readonly string[], ending: string): Promise<string[]> {
  const files: { path: string; at: number }[] = []
  for (const store of stores) {
    const entries = await readdir(join(folder, store), { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name)
      const at =
        entry.isFile() && !entry.name.includes('.tmp-') && entry.name.endsWith(ending) ? await writtenAt(path) : undefined
      if (at !== undefined) files.push({ path, at })
    }
  }
  return files
    .sort((a, b) => b.at - a.at)
    .slice(0, NEWEST)
    .map(({ path }) => path)
}

async function writtenAt(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  )
}

async function flipBit(path: string, random: () => number): Promise<void> {
  const file = await open(path, 'r+')
  try {
    const { size } = await file.stat()
    if (size === 0) return
    const at = Math.floor(random() * size)
    const byte = new Uint8Array(1)
    await file.read(byte, 0, 1, at)
    byte[0] = byte[0]! ^ (1 << Math.floor(random() * 8))
    await file.write(byte, 0, 1, at)
  } finally {
    await file.close()
  }
}

/** Damages some of the newest files of a program's stores; stopped first, or while it runs. */
function damage(name: string, harm: (path: string, world: World) => Promise<void>): Fault {
  return {
    name,
    group: 'disk',
    seconds: [0, 3],
    targets: everyone,
    draw: (random) => ({ files: oneOf(random, [1, 4, 16]), stopped: oneOf(random, ['yes', 'no']) }),
    async inject(world, { target, params = {} }) {
      const { program } = partyOf(world, target)
      const { turn, random, tampered } = world
      tampered.add(target)
      const strike = async (): Promise<void> => {
        const files = await newestFiles(
          program.dataFolder,
          params['store'] ? [String(params['store'])] : STORES,
          String(params['ending'] ?? ''),
        )
        for (let i = 0; i < Number(params['files']) && files.length > 0; i++)
          await harm(files[Math.floor(random() * files.length)]!, world).catch(() => {})
      }
      if (params['stopped'] !== 'yes') {
        await strike()
        return () => {}
      }
      await turn(target, async () => {
        await program.kill()
        await strike()
      })
      return async () => turn(target, async () => program.start())
    },
  }
}

/** Where what was lost is kept, for the checkers. */
const keptFolder = (dataFolder: string): string => `${dataFolder}-lost-${Date.now()}`

export const diskFaults: readonly Fault[] = [
  failing('full', [1]),
  failing('readonly', [1]),
  failing('eio', [0.05, 0.5, 1]),
  damage('bit-flip', async (path, { random }) => flipBit(path, random)),
  damage('lost-file', async (path) => rm(path)),
  {
    name: 'lost-data',
    group: 'disk',
    seconds: [0, 10],
    targets: everyone,
    async inject(world, { target }) {
      const { program } = partyOf(world, target)
      const { dataFolder } = program
      if (isLastCopy(world, target)) {
        world.note(`${target} keeps its data: nobody else has all of it`)
        return () => {}
      }
      world.tampered.add(target)
      await world.turn(target, async () => {
        await program.kill()
        const kept = keptFolder(dataFolder)
        await rename(dataFolder, kept)
        // The certificate is what members pin: its owner has a copy elsewhere.
        await mkdir(dataFolder)
        await cp(join(kept, 'tls'), join(dataFolder, 'tls'), { recursive: true }).catch(() => {})
      })
      return async () => world.turn(target, async () => program.start())
    },
  },
  {
    name: 'old-backup',
    group: 'disk',
    seconds: [5, 30],
    targets: everyone,
    async inject(world, { target }) {
      const { program } = partyOf(world, target)
      const { dataFolder } = program
      world.tampered.add(target)
      const backup = `${dataFolder}-backup`
      await world.turn(target, async () => {
        await program.kill()
        await rm(backup, { recursive: true, force: true })
        await cp(dataFolder, backup, { recursive: true })
        program.start()
      })
      return async () =>
        world.turn(target, async () => {
          // Another old backup of the same program came back meanwhile.
          if (!existsSync(backup)) return
          if (isLastCopy(world, target)) return world.note(`${target} keeps its data: nobody else has all of it`)
          await program.kill()
          await rename(dataFolder, keptFolder(dataFolder))
          await rename(backup, dataFolder)
          program.start()
        })
    },
  },
]
