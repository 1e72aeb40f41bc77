import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { VectorStore } from '../../../participant/vector-store.ts'
import fc from '../../support/fast-check.ts'
import { damagedBytes } from '../../support/node/damage.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-vectors-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

it('gives the latest vector before a step, so that a step can be trained again', async () => {
  const store = new VectorStore(join(folder, 'momenta'))
  expect(await store.load(1)).toBeUndefined()
  await store.save(1, Float32Array.of(1, 2))
  await store.save(2, Float32Array.of(3, 4))
  expect(await store.load(2)).toEqual(Float32Array.of(1, 2))
  expect(await store.load(3)).toEqual(Float32Array.of(3, 4))
  expect(await store.load(9)).toEqual(Float32Array.of(3, 4))
})

it('keeps the last three', async () => {
  const store = new VectorStore(folder)
  for (let step = 8; step <= 12; step++) await store.save(step, Float32Array.of(step))
  expect((await readdir(folder)).sort()).toEqual(['10.f32', '11.f32', '12.f32'])
})

it('gives no vector that is not what was saved, whatever happens to its file', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.float32Array({ minLength: 1, maxLength: 40 }), damagedBytes, async (vector, damage) => {
      const told: unknown[] = []
      const place = join(folder, String(run++))
      const store = new VectorStore(place, (one) => void told.push(one))
      await store.save(3, vector)
      const bytes = await readFile(join(place, '3.f32'))
      const changed = damage(bytes)
      await writeFile(join(place, '3.f32'), changed)
      const same = Buffer.compare(bytes, changed) === 0
      expect(await store.load(4)).toEqual(same ? vector : undefined)
      expect(told).toHaveLength(same ? 0 : 1)
      expect(await store.load(4)).toEqual(same ? vector : undefined)
    }),
    { numRuns: 200 },
  )
})

it('a disk that fails is told, and is not taken for the beginning', async () => {
  const path = join(folder, 'file')
  await writeFile(path, '')
  await expect(new VectorStore(path).load(1)).rejects.toMatchObject({ code: 'STORAGE_FAILED', details: { system: 'ENOTDIR' } })
  const store = new VectorStore(folder)
  await mkdir(join(folder, '3.f32'))
  await expect(store.load(4)).rejects.toMatchObject({ code: 'STORAGE_FAILED', details: { system: 'EISDIR' } })
})
