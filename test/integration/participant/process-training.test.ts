import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { prepareProcessTraining } from '../../../participant/process-training.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { formatDocument, keccak, toHex } from '../../../src/protocol/index.ts'
import type { TaskSpec } from '../../../src/protocol/index.ts'
import { tensorLayout } from '../../../src/training/layout.ts'
import { choosePersonal, cutModel } from '../../../src/training/personal/index.ts'

const CHILD = join(import.meta.dirname, '../../support/trainer/child.ts')
const tensors = [
  { name: 'encoder.weight', shape: [4, 3] },
  { name: 'encoder.bias', shape: [4] },
]
const layout = tensorLayout(tensors)
/** A document of a model that the built-in learner does not know. */
const document = formatDocument({
  name: 'own model',
  tensors,
  genesis: toHex(keccak(new Uint8Array())),
  training: { framework: 'pytorch', local: { epochs: 2, memberMomentum: 0.5 } },
})
const spec = { tensors: tensors.map(() => ({ updateExponent: -6, modelExponent: -16 })) } as unknown as TaskSpec

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-process-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

const prepare = async (command: string, about = { spec, document }) =>
  prepareProcessTraining({ trainer: { command, folder } }, { ...about, secret: `0x${'11'.repeat(32)}`, logger: silentLogger })

it('makes updates of any model with a program of the member', async () => {
  const { trainer, backend, samples } = await prepare(`"${process.execPath}" ${CHILD} good`)
  try {
    expect([backend, samples]).toEqual(['process', undefined])
    const { update, momentum, metrics } = await trainer.train({ model: new Int32Array(layout.paddedLength), step: 1 })
    // Half of the change: the other half is what the member's momentum keeps back. The program adds 1 to each of 16 weights.
    expect([...update].filter((value) => value !== 0)).toEqual(Array.from({ length: 16 }, () => 32))
    expect(momentum![0]).toBe(0.5)
    expect(metrics).toMatchObject({ loss: 0.5, samples: 7, clipped: 0 })
  } finally {
    trainer.dispose()
  }
})

it('keeps personal layers apart from the update, whatever program trains', async () => {
  const { places } = choosePersonal(tensors, ['encoder.bias'])
  const cut = cutModel(tensors, new Int32Array(layout.paddedLength), -16, places)
  const own = {
    spec: { tensors: [{ updateExponent: -6, modelExponent: -16 }] } as unknown as TaskSpec,
    document: formatDocument({
      name: 'own model',
      tensors: cut.tensors,
      genesis: toHex(keccak(new Uint8Array())),
      training: { framework: 'pytorch', personal: cut.personal },
    }),
  }
  const { trainer } = await prepare(`"${process.execPath}" ${CHILD} good`, own)
  try {
    const { update, personal } = await trainer.train({ model: cut.genesis, step: 1 })
    expect(update.filter((value) => value !== 0)).toHaveLength(12)
    expect([...personal!].filter((value) => value !== 0)).toEqual([1, 1, 1, 1])
    const next = await trainer.train({ model: cut.genesis, step: 2, personal: personal! })
    expect(next.personal![0]).toBe(2)
  } finally {
    trainer.dispose()
  }
})

it('refuses a command that names no program, before the member takes part', async () => {
  await expect(prepare('./no-such-program --flag')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})
