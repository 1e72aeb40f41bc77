import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { keccak, toHex } from '../../../src/protocol/index.ts'
import { attackByName, poisonedTrainer } from '../../../src/lab/attacks/index.ts'
import {
  createTfjsTrainer,
  defaultTask,
  genesisModel,
  loadMnist,
  modelByName,
  selectBackend,
  takeSamples,
} from '../../../src/training/index.ts'
import type { BackendName, TrainResult } from '../../../src/training/index.ts'

const STEPS = [3, 4, 5]

/** By case, one hash for each step: keccak256(update ‖ residual ‖ momentum). Taken before the trainer was composed of parts. */
const golden = JSON.parse(readFileSync(new URL('../../vectors/training.json', import.meta.url), 'utf8')) as Record<
  string,
  string[]
>

interface Case {
  name: string
  backend: BackendName
  memberMomentum: number
  /** Bound on the length of the second and third update. */
  maxNorm?: number
  attack?: string
}

/** `wasm sign-flip` → an attack under momentum and clipping, on that back end. */
function caseOf(name: string): Case {
  const [backend, ...words] = name.split(' ') as [BackendName, ...string[]]
  const what = words.join(' ')
  const maxNorm = 80
  if (what === 'plain') return { name, backend, memberMomentum: 0 }
  if (what === 'clipping without momentum') return { name, backend, memberMomentum: 0, maxNorm }
  if (what === 'momentum and clipping') return { name, backend, memberMomentum: 0.9, maxNorm }
  if (what === 'label-flip without momentum') return { name, backend, memberMomentum: 0, maxNorm, attack: 'label-flip' }
  return { name, backend, memberMomentum: 0.9, maxNorm, attack: what }
}

const bytes = (vector: Float32Array | undefined): Uint8Array =>
  vector ? new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength) : new Uint8Array()

const hashOf = ({ update, residual, momentum }: TrainResult): string =>
  toHex(keccak(new Uint8Array(Buffer.concat([new Uint8Array(update.buffer), bytes(residual), bytes(momentum)]))))

it.each(Object.keys(golden).map(caseOf))('$name gives the same updates as ever', async (given) => {
  const { name, backend, memberMomentum, maxNorm, attack } = given
  const base = defaultTask({ model: 'mlp', seed: 1 })
  const document = { ...base.document, local: { ...base.document.local, memberMomentum } }
  const { train } = await loadMnist()
  const create = attack ? poisonedTrainer(attackByName(attack)) : createTfjsTrainer
  const trainer = create({
    document,
    spec: base,
    data: takeSamples(
      train,
      Uint32Array.from({ length: 96 }, (_, i) => i),
    ),
    backend: await selectBackend(backend),
    seed: 7,
  })
  let model = genesisModel(modelByName('mlp'), base.tensors, 1)
  let last: TrainResult | undefined
  const hashes: string[] = []
  for (const step of STEPS) {
    const { residual, momentum } = last ?? {}
    last = await trainer.train({ model, step, residual, momentum, ...(last && maxNorm ? { maxNorm } : {}) })
    hashes.push(hashOf(last))
    // A step of the update is 2^−9, one of the model 2^−20.
    model = model.map((value, k) => value + last!.update[k]! * 2 ** 11)
  }
  expect(hashes).toEqual(golden[name])
})
