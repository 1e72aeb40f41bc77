import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { isQuorateError } from '../../src/core/index.ts'
import { replayClaim } from '../../src/node/index.ts'
import { claimHash, fileHash } from '../../src/protocol/index.ts'
import type { Hash } from '../../src/protocol/index.ts'
import { evidencePath, MANIFEST_FILE, readEvidence, RECORD_FILE } from '../../src/replay/index.ts'
import fc, { runs } from '../support/fast-check.ts'
import { nodeFolder, TASK } from '../support/node/replay-ports.ts'
import type { NodeFolder } from '../support/node/replay-ports.ts'
import { manifestBytes, roundChain, serve } from '../support/node/round-chain.ts'
import type { MadeRound, RoundChain } from '../support/node/round-chain.ts'

let made: RoundChain
let round: MadeRound
let node: NodeFolder
beforeAll(async () => {
  made = await roundChain(1)
  round = made.rounds[0]!
  node = await nodeFolder(made.task, made.facts)
  serve(node.peers, round)
})
afterAll(async () => node[Symbol.asyncDispose]())

const { signal } = new AbortController()
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const recordText = (): string => new TextDecoder().decode(round.computed.files.documents.get(RECORD_FILE))

/** A value of JSON with one of its parts replaced, at a place that `path` chooses. */
function changed(value: unknown, path: readonly number[], by: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined || typeof value !== 'object' || value === null) return by
  const entries = Object.entries(value)
  if (entries.length === 0) return by
  const [key, part] = entries[step % entries.length]!
  const made = changed(part, rest, by)
  return Array.isArray(value) ? value.with(Number(key), made) : { ...value, [key]: made }
}

const path = fc.array(fc.nat(200), { minLength: 1, maxLength: 5 })
const strange = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(-1, 2 ** 53, Infinity, 'x', '../../x', '0x', '-1', `1${'0'.repeat(5000)}`, [], {}, null, true),
  fc.array(fc.constant(0), { maxLength: 3000 }),
)

/** Text of a file that an operator may commit to: any bytes, any JSON, or the true one with some part replaced. */
function texts(truth: () => string): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string(),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.array(fc.tuple(path, strange), { minLength: 1, maxLength: 3 }).map((changes) => {
      const value = changes.reduce<unknown>((one, [at, by]) => changed(one, at, by), JSON.parse(truth()))
      return JSON.stringify(value) ?? ''
    }),
    fc.nat(4000).map((at) => truth().slice(0, at)),
    fc.tuple(fc.nat(4000), fc.string({ maxLength: 3 })).map(([at, by]) => truth().slice(0, at) + by + truth().slice(at + 1)),
  )
}

/** The first round's claim over other evidence: a claim of its own. */
function posted(evidence: Hash) {
  const claim = { ...round.posted.claim, evidence }
  return { ...round.posted, claim, claimHash: claimHash(TASK, 1n, claim) }
}

async function kindOf(evidence: Hash): Promise<string> {
  return (await replayClaim(node.ports, 1n, posted(evidence), made.genesis, signal)).kind
}

it('any manifest gives one of the three outcomes', async () => {
  const truth = (): string => new TextDecoder().decode(manifestBytes(round))
  await fc.assert(
    fc.asyncProperty(texts(truth), async (text) => {
      node.peers.serve(bytesOf(text))
      expect(['have', 'missing', 'false']).toContain(await kindOf(fileHash(bytesOf(text))))
    }),
    { numRuns: runs(300) },
  )
})

it('any record gives one of the three outcomes', async () => {
  await fc.assert(
    fc.asyncProperty(texts(recordText), async (text) => {
      const manifest = bytesOf(JSON.stringify({ files: { [RECORD_FILE]: fileHash(bytesOf(text)) } }))
      node.peers.serve(bytesOf(text), manifest)
      // A true record under a manifest without its other files is another claim.
      expect(['missing', 'false']).toContain(await kindOf(fileHash(manifest)))
    }),
    { numRuns: runs(300) },
  )
})

it('any manifest in a folder of evidence is read or refused with a code, and nothing outside the folder is read', async () => {
  const folder = evidencePath(node.stores.evidence, TASK, 9n)
  await mkdir(folder, { recursive: true })
  await writeFile(join(node.stores.evidence, 'secret'), 'secret')
  await writeFile(join(folder, RECORD_FILE), recordText())
  const truth = (): string =>
    JSON.stringify({ files: { '../../secret': fileHash(bytesOf('secret')), [RECORD_FILE]: fileHash(bytesOf(recordText())) } })
  await fc.assert(
    fc.asyncProperty(texts(truth), async (text) => {
      await writeFile(join(folder, MANIFEST_FILE), text)
      const read = readEvidence(node.stores.evidence, TASK, 9n, fileHash(bytesOf(text)))
      const outcome = await read.catch((error: unknown) => error)
      if (isQuorateError(outcome)) expect(['EVIDENCE_MISSING', 'AUDIT_MISMATCH']).toContain(outcome.code)
      else expect([...(outcome as Awaited<typeof read>).documents.keys()]).not.toContain('../../secret')
    }),
    { numRuns: runs(300) },
  )
})
