import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { makeFolder, writeFileAtomic } from '../src/storage/index.ts'
import type { Evaluation } from '../src/training/index.ts'

/** Rounds whose measurement stays on disk. */
const KEEP = 64

const schema = z.object({
  round: z.string().regex(/^\d{1,18}$/),
  samples: z.number(),
  loss: z.number().nullable(),
  accuracy: z.number().optional(),
  metrics: z.record(z.string(), z.number().nullable()).optional(),
  confusion: z.array(z.array(z.number())).optional(),
})

/** What a member measured of the model of a round, for its owner. */
export type Measured = z.output<typeof schema>

/** Keeps a measurement, with its confusion matrix, in the state folder of the member. Nobody else sees it. */
export async function keepMeasured(folder: string, round: bigint, evaluation: Evaluation): Promise<void> {
  await makeFolder(folder)
  await writeFileAtomic(join(folder, `${round}.json`), JSON.stringify({ round: String(round), ...evaluation }))
  for (const old of (await rounds(folder)).slice(0, -KEEP)) await rm(join(folder, `${old}.json`), { force: true })
}

/** The newest measurement in a folder; undefined without one that can be read. */
export async function readMeasured(folder: string): Promise<Measured | undefined> {
  const newest = (await rounds(folder)).at(-1)
  if (newest === undefined) return undefined
  try {
    return schema.parse(JSON.parse(await readFile(join(folder, `${newest}.json`), 'utf8')))
  } catch {
    return undefined
  }
}

async function rounds(folder: string): Promise<bigint[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .flatMap((name) => (/^\d{1,18}\.json$/.test(name) ? [BigInt(name.slice(0, -5))] : []))
    .sort((a, b) => (a < b ? -1 : 1))
}
