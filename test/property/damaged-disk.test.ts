import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { claimFault } from '../../cli/demo/claim-faults.ts'
import { isQuorateError, noMetrics } from '../../src/core/index.ts'
import type { Logger } from '../../src/core/index.ts'
import { createEngine, hashRow } from '../../src/engine/index.ts'
import {
  catchUp,
  CatchUpLoop,
  computeFromRecord,
  investigator,
  openStores,
  overSoundFiles,
  tellDamage,
} from '../../src/node/index.ts'
import type { CatchUpOptions, Stores } from '../../src/node/index.ts'
import { encodeOpening, sealParts } from '../../src/judge/index.ts'
import { claimHash, fileHash, toHex, updateRoot, ZERO_HASH } from '../../src/protocol/index.ts'
import type { Hash } from '../../src/protocol/index.ts'
import type { ModelState } from '../../src/replay/index.ts'
import fc, { runs } from '../support/fast-check.ts'
import { damagedBytes } from '../support/node/damage.ts'
import { nodeFolder, TASK } from '../support/node/replay-ports.ts'
import { OPERATOR, roundChain, serve } from '../support/node/round-chain.ts'
import type { MadeRound, RoundChain } from '../support/node/round-chain.ts'

let made: RoundChain
let rounds: MadeRound[]
beforeAll(async () => {
  made = await roundChain(3)
  rounds = made.rounds
})

const { signal } = new AbortController()

/** What a claim is made from, on disk. */
async function filesOf(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found
    .filter((one) => one.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => /^(updates|documents|states)\//.test(relative(folder, path)) && !path.includes('/damaged/'))
    .toSorted()
}

/** The state of a claim, restored if the disk lost it. */
async function stateOf(loop: CatchUpLoop, stores: Stores, claimHash: Hash): Promise<ModelState | undefined> {
  for (let tries = 0; tries < 6; tries++) {
    const state = await stores.states.load(claimHash)
    if (state) return state
    await loop.restore(claimHash)
  }
  return undefined
}

it('a claim over damaged files is the honest one, or there is none', async () => {
  const engine = createEngine()
  let refused = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(), damagedBytes), { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      fc.boolean(),
      async (damages, restarted, alone) => {
        await using node = await nodeFolder(made.task, made.facts)
        await node.stores.states.save(made.genesis)
        serve(node.peers, ...rounds)
        const logged: string[] = []
        const logger = { error: (_: object, text: string) => void logged.push(text) } as Logger
        const options = (stores: Stores): CatchUpOptions => ({
          ports: { ...node.ports, stores },
          history: { claims: () => rounds.map(({ posted }) => posted) },
          genesis: made.genesis,
          reports: { matched: () => {}, mismatched: () => expect.unreachable('the claims are true'), unavailable: () => {} },
          isFinal: async () => false,
          pauseMs: 1,
        })
        await catchUp(options(node.stores), signal)
        if (alone) {
          node.peers.updates.clear()
          node.peers.documents.clear()
        }
        const files = await filesOf(node.folder)
        for (const [index, damage] of damages) {
          const path = files[index % files.length]!
          await writeFile(path, damage(await readFile(path)))
        }
        const stores = restarted
          ? await openStores(node.folder, node.journal, engine, tellDamage({ logger, metrics: noMetrics }))
          : node.stores
        const loop = new CatchUpLoop(options(stores))
        const [base, built] = rounds.slice(1) as [MadeRound, MadeRound]
        try {
          const parent = await stateOf(loop, stores, base.posted.claimHash)
          if (!parent) {
            expect(alone).toBe(true)
            refused++
            return
          }
          const { claimHash, claim } = await computeFromRecord({ ...node.ports, stores }, built.record, parent, signal)
          expect(claimHash).toBe(built.posted.claimHash)
          expect(claim).toEqual(built.posted.claim)
        } catch (error) {
          if (!isQuorateError(error)) throw error
          expect([alone, error.code]).toEqual([true, 'BLOB_NOT_FOUND'])
          refused++
        } finally {
          loop.stop()
          await loop.stopped()
        }
      },
    ),
    { numRuns: runs(120) },
  )
  expect(refused).toBeGreaterThan(runs(10))
  await engine[Symbol.asyncDispose]()
})

it.each([0, 2])('a bit that is lost between two passes of a claim ends it, with %i threads', async (threads) => {
  await using engine = createEngine({ threads, minimum: 0 })
  await using node = await nodeFolder(made.task, made.facts)
  const { spec } = made.task
  const [round] = rounds as [MadeRound]
  const bytes = round.updates.map((update) => new Uint8Array(update.buffer, update.byteOffset, update.byteLength))
  const files = await Promise.all(bytes.map(async (one) => node.stores.updates.file(await node.stores.updates.add(one))))
  const segments = bytes[0]!.length / 8192
  await fc.assert(
    fc.asyncProperty(fc.nat(files.length - 1), fc.nat(bytes[0]!.length - 1), fc.nat(7), async (which, at, bit) => {
      const rows = files.map((file) => ({ file, checks: hashRow(file, segments).checks }))
      await engine.gram(rows, segments)
      const damaged = Uint8Array.from(bytes[which]!)
      damaged[at]! ^= 1 << bit
      await writeFile(files[which]!, damaged)
      const { model, reference } = made.genesis
      const betas = rows.map(() => 1)
      await expect(engine.step({ spec, betas, rows, model, reference })).rejects.toMatchObject({
        code: 'STORAGE_DAMAGED',
        details: { file: files[which] },
      })
      await expect(engine.gram(rows, segments)).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' })
      await writeFile(files[which]!, bytes[which]!)
    }),
    { numRuns: runs(50) },
  )
})

it('a proof is found over what peers have, when the files of the updates are damaged after the replay', async () => {
  await using node = await nodeFolder(made.task, made.facts)
  const { stores, peers, ports } = node
  const [round] = rounds as [MadeRound]
  await stores.states.save(made.genesis)
  serve(peers, round)
  const lie = claimFault('row', 1n).claim!(round.computed.parts)
  const claim = sealParts(lie)
  const opening = encodeOpening(lie)
  const posted = { round: 1n, claim, claimHash: claimHash(TASK, 1n, claim), operator: OPERATOR.owner }
  peers.serve(opening)
  stores.openings.announced({
    kind: 'claim',
    task: TASK,
    ...posted,
    recordHash: ZERO_HASH,
    revealed: 0n,
    attested: 0n,
    openingHash: fileHash(opening),
    transaction: ZERO_HASH,
    signature: `0x${'11'.repeat(65)}`,
  })
  const roots = round.updates.map((update) => toHex(updateRoot(update)))
  let computed = 0
  const compute: typeof ports.compute = async (input, abort) => {
    const result = await ports.compute(input, abort)
    if (++computed === 1)
      for (const root of roots) {
        const bytes = await readFile(stores.updates.file(root))
        await writeFile(
          stores.updates.file(root),
          bytes.map((byte) => byte ^ 1),
        )
      }
    return result
  }
  const find = overSoundFiles(stores, () => investigator({ ports: { ...ports, compute }, roundState: () => undefined }))
  expect(await find(posted, signal)).toMatchObject({ kind: 'proof' })
  expect(computed).toBeGreaterThan(1)
  for (const root of roots) expect(await stores.updates.get(root)).toBeDefined()
})
