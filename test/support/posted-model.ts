import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeTask } from '../../coordinator/actions/create-task.ts'
import {
  claimHash,
  evidenceHash,
  genesisClaim,
  modelRoot,
  parseDocument,
  specHash,
  toHex,
  ZERO_HASH,
} from '../../src/protocol/index.ts'
import type { Claim, Hash, TaskSpec } from '../../src/protocol/index.ts'
import { manifestOf, writeEvidence } from '../../src/replay/index.ts'
import { dequantiseModel, tensorLayout } from '../../src/training/index.ts'
import { writeModel } from '../../src/training/export/index.ts'
import { claimOn, enrol, hotSender, openTask, sealAndPost, startTestChain, WINDOWS } from '../integration/chain/harness.ts'
import type { TestChain } from '../integration/chain/harness.ts'

/** A chain with a task of the built-in model `mlp`, whose round 1 was posted, and files of its model. */
export interface PostedModel extends AsyncDisposable {
  on: TestChain
  folder: string
  /** With `<task>/1/`. */
  evidence: string
  /** Safetensors file of the model. */
  weights: string
  document: string
  task: bigint
  spec: TaskSpec
  claim: Claim
  /** Claim hash. */
  id: Hash
}

/** Posts a made-up model, which is final after the challenge window. The operator is account 1. */
export async function postedModel(changes: Partial<Claim> = {}): Promise<PostedModel> {
  const on = await startTestChain()
  const folder = await mkdtemp(join(tmpdir(), 'quorate-posted-model-'))
  await enrol(on, 1, 'operator')
  const options = { model: 'mlp', seed: 1, rule: 'mean', byzantineBps: 0, reference: 'none', rewardPerRound: 1n } as const
  const { spec, specJson, documentJson } = describeTask(options)
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
  const documents = new Map([
    ['spec.json', encode(specJson)],
    ['document.json', encode(documentJson)],
  ])
  const files = { documents, updates: new Map() }
  const document = parseDocument(documentJson)
  const layout = tensorLayout(document.tensors)
  const integers = new Int32Array(layout.paddedLength)
  for (const { offset, length } of layout.tensors) for (let k = offset; k < offset + length; k++) integers[k] = (k % 2001) - 1000
  const task = await openTask(on, { spec })
  await on.pass(WINDOWS.commit)
  const genesis = genesisClaim(specHash(spec), spec.genesisModelRoot, ZERO_HASH)
  const roots = { modelRoot: toHex(modelRoot(integers)), evidence: evidenceHash(manifestOf(files)) }
  const claim = claimOn(claimHash(task, 0n, genesis), { ...roots, ...changes })
  await sealAndPost(hotSender(on, 1), { ...on.contracts, task, round: 1n, claim })
  const evidence = join(folder, 'evidence')
  await writeEvidence(evidence, task, 1n, files)
  const weights = join(folder, 'model.safetensors')
  await writeModel('safetensors', weights, {
    document: { ...document, model: { kind: 'tensors' } },
    layout,
    weights: dequantiseModel(layout, spec.tensors, integers),
    facts: { round: '1' },
  })
  return {
    on,
    folder,
    evidence,
    weights,
    document: documentJson,
    task,
    spec,
    claim,
    id: claimHash(task, 1n, claim),
    async [Symbol.asyncDispose]() {
      await on[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}
