import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tensorLayout } from '../../../../src/training/layout.ts'
import { takeSafetensors, writeSafetensors } from '../../../../src/training/process/safetensors.ts'
import { TensorFile } from '../../../../src/training/process/tensor-file.ts'

const layout = tensorLayout([
  { name: 'weight', shape: [3, 100] },
  { name: 'ß', shape: [] },
  { name: 'large', shape: [5_000_000] },
])
const flat = new Float32Array(layout.paddedLength)
for (const { offset, length } of layout.tensors) for (let k = 0; k < length; k++) flat[offset + k] = offset + k

let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-tensors-'))
  path = join(folder, 'model.safetensors')
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

/** A file with that head and four bytes behind it. */
async function fileWith(head: string): Promise<void> {
  const bytes = Buffer.alloc(12 + Buffer.byteLength(head))
  bytes.writeBigUInt64LE(BigInt(Buffer.byteLength(head)))
  bytes.write(head, 8)
  await writeFile(path, bytes)
}

describe('safetensors', () => {
  it('writes what it reads, for this user only, and cuts off what it has read', async () => {
    await writeSafetensors(path, layout, flat)
    const facts = await stat(path)
    expect(facts.mode & 0o777).toBe(0o600)
    const head = await readFile(path)
    expect((8 + Number(head.readBigUInt64LE())) % 64).toBe(0)
    expect(Buffer.from((await takeSafetensors(path, layout)).buffer).equals(Buffer.from(flat.buffer))).toBe(true)
    expect((await stat(path)).size).toBe(8 + Number(head.readBigUInt64LE()))
  })

  it('reads where the values are used, each once', async () => {
    await writeSafetensors(path, layout, flat)
    await using file = await TensorFile.open(path, layout)
    const read = new Float32Array(layout.paddedLength)
    let count = 0
    for await (const { place, at, values } of file.slices()) {
      expect(at).toBeGreaterThanOrEqual(place.offset)
      read.set(values, at)
      count += values.length
    }
    expect(count).toBe(layout.parameters)
    expect(Buffer.from(read.buffer).equals(Buffer.from(flat.buffer))).toBe(true)
  })

  it('says so when the file becomes shorter while it is read', async () => {
    await writeSafetensors(path, layout, flat)
    await using file = await TensorFile.open(path, layout)
    await truncate(path, 4096)
    const read = async (): Promise<void> => {
      for await (const { at } of file.slices()) expect(at).toBeLessThan(layout.paddedLength)
    }
    await expect(read()).rejects.toMatchObject({ code: 'TRAINER_TENSOR' })
  })

  it('keeps the tensors of a model of many small and few large ones apart', async () => {
    const mixed = tensorLayout(
      Array.from({ length: 1500 }, (_, index) => ({
        name: `t${index}`,
        shape: [index % 100 === 7 ? 1_000_000 : 1 + (index % 300)],
      })),
    )
    const values = new Float32Array(mixed.paddedLength)
    for (const { offset, length } of mixed.tensors) for (let k = 0; k < length; k++) values[offset + k] = offset / 256 + k
    await writeSafetensors(path, mixed, values)
    expect(Buffer.from((await takeSafetensors(path, mixed)).buffer).equals(Buffer.from(values.buffer))).toBe(true)
  })

  it.each([0, 2, 8])('refuses tensors that overlap or leave a hole', async (second) => {
    const twins = tensorLayout([
      { name: 'a', shape: [1] },
      { name: 'b', shape: [1] },
    ])
    const [a, b] = [
      [0, 4],
      [second, second + 4],
    ].map((offsets) => ({ dtype: 'F32', shape: [1], data_offsets: offsets }))
    await fileWith(JSON.stringify({ a, b }))
    await truncate(path, (await stat(path)).size + 8)
    for (const take of [async () => takeSafetensors(path, twins), async () => TensorFile.open(path, twins)])
      await expect(take()).rejects.toMatchObject({
        code: 'TRAINER_TENSOR',
        details: { tensor: second === 0 ? expect.any(String) : 'b' },
      })
  })

  it('never writes over a file', async () => {
    await writeFile(path, '')
    await expect(writeSafetensors(path, layout, flat)).rejects.toMatchObject({ code: 'EEXIST' })
  })

  it('names the tensor whose bytes are missing', async () => {
    await writeSafetensors(path, layout, flat)
    await truncate(path, (await stat(path)).size - 1)
    await expect(takeSafetensors(path, layout)).rejects.toMatchObject({ code: 'TRAINER_TENSOR', details: { tensor: 'large' } })
  })

  const one = tensorLayout([{ name: 'w', shape: [1] }])
  it.each([
    ['{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"__metadata__":{"by":"x"}}', undefined],
    ['{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', 'w'],
    ['{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', 'w'],
    ['{"w":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}', 'w'],
    ['{"w":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}', 'w'],
    ['{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 'w'],
    ['{"w":7}', 'w'],
    ['{}', 'w'],
    ['{"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 'v'],
    ['[]', ''],
    ['{', ''],
  ])('head %s: wrong tensor %s', async (head, tensor) => {
    await fileWith(head)
    const taking = takeSafetensors(path, one)
    if (tensor === undefined) expect((await taking)[0]).toBe(0)
    else await expect(taking).rejects.toMatchObject({ code: 'TRAINER_TENSOR', details: tensor === '' ? {} : { tensor } })
  })

  it.each([Buffer.alloc(3), Buffer.alloc(8, 0xff)])('refuses a file that is none', async (bytes) => {
    await writeFile(path, bytes)
    await expect(takeSafetensors(path, one)).rejects.toMatchObject({ code: 'TRAINER_TENSOR' })
  })
})
