import { link, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { StateStore } from '../../../../src/node/index.ts'
import { claimHash, fileHash, genesisClaim, modelRoot, toHex, updateRoot, ZERO_HASH } from '../../../../src/protocol/index.ts'
import type { Hash } from '../../../../src/protocol/index.ts'
import type { ModelState } from '../../../../src/replay/index.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-states-'))
})
afterEach(async () => rm(folder, { recursive: true }))

function stateOf(round: bigint, model: Int32Array, reference: Int8Array | null = null): ModelState {
  const claim = {
    ...genesisClaim(ZERO_HASH, toHex(modelRoot(model)), reference ? toHex(updateRoot(reference)) : ZERO_HASH),
    ledgerTotal: 5n,
  }
  const ledger = new Map([
    [3, { member: `0x${'ab'.repeat(20)}` as const, reward: 7n, strikes: 1, reputation: 2, extra: ZERO_HASH }],
  ])
  return {
    round,
    claimHash: claimHash(1n, round, claim),
    height: Number(round),
    claim,
    model,
    reference,
    ledger,
    ledgerTotal: 5n,
    medianNorm: 12.5,
  }
}

const modelOf = (fill: number): Int32Array => new Int32Array(8192).fill(fill)

it('gives back what was saved, after a restart too', async () => {
  const state = stateOf(4n, modelOf(9), new Int8Array(8192).fill(-3))
  const first = await StateStore.open(folder)
  await first.save(state)
  expect(await first.load(state.claimHash)).toEqual(state)
  const second = await StateStore.open(folder)
  expect(second.head(state.claimHash)).toMatchObject({ round: 4n, ledger: state.ledger, medianNorm: 12.5 })
  expect(second.head(state.claimHash)).not.toHaveProperty('model')
  expect(await second.load(state.claimHash)).toEqual(state)
  expect(second.latest()?.claimHash).toBe(state.claimHash)
})

it('wakes who waits for a state, and lets go who gives up', async () => {
  const store = await StateStore.open(folder)
  const state = stateOf(1n, modelOf(1))
  const abort = new AbortController()
  const given = store.waitFor(state.claimHash, abort.signal)
  abort.abort()
  await expect(given).rejects.toMatchObject({ code: 'CANCELLED' })
  const waiting = store.waitFor(state.claimHash, new AbortController().signal)
  await store.save(state)
  expect(await waiting).toEqual(state)
})

it('does not believe a model that was changed on disk', async () => {
  const state = stateOf(1n, modelOf(1))
  await (await StateStore.open(folder)).save(state)
  const file = join(folder, state.claimHash, 'model.i32')
  const bytes = await readFile(file)
  bytes[17]! ^= 1
  await writeFile(file, bytes)
  const store = await StateStore.open(folder)
  expect(await store.load(state.claimHash)).toBeUndefined()
  // It is replayed again, as if it had never been here.
  expect(store.head(state.claimHash)).toBeUndefined()
})

it('skips a state whose head was not written yet', async () => {
  const state = stateOf(1n, modelOf(1))
  await (await StateStore.open(folder)).save(state)
  await rm(join(folder, state.claimHash, 'state.json'))
  const store = await StateStore.open(folder)
  expect(store.latest()).toBeUndefined()
})

it('keeps the newest 64', async () => {
  const store = await StateStore.open(folder)
  const states = Array.from({ length: 70 }, (_, round) => stateOf(BigInt(round), modelOf(round)))
  for (const state of states) await store.save(state)
  expect(states.filter(({ claimHash: hash }) => store.head(hash)).map(({ round }) => round)).toEqual(
    states.slice(6).map(({ round }) => round),
  )
})

it('holds at most two models of 64 states in memory, d = 10^7', { timeout: 600_000 }, async () => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  const length = Math.ceil(1e7 / 8192) * 8192
  const first = stateOf(0n, new Int32Array(length).fill(3))
  const hashes: Hash[] = [first.claimHash]
  await (await StateStore.open(folder)).save(first)
  const file = await readFile(join(folder, first.claimHash, 'state.json'), 'utf8')
  const head = JSON.parse(file.slice(file.indexOf(' '))) as Record<string, unknown>
  for (let round = 1; round < 64; round++) {
    const hash: Hash = `0x${round.toString(16).padStart(64, '0')}`
    await mkdir(join(folder, hash))
    await link(join(folder, first.claimHash, 'model.i32'), join(folder, hash, 'model.i32'))
    const text = JSON.stringify({ ...head, round: String(round), claimHash: hash })
    await writeFile(join(folder, hash, 'state.json'), `${fileHash(new TextEncoder().encode(text))} ${text}`)
    hashes.push(hash)
  }
  first.model = new Int32Array(0)
  /** Bytes of array buffers once the collector has swept those that nothing refers to, which it does in its own time. */
  const used = async (limit = Infinity): Promise<number> => {
    for (let tries = 0; ; tries++) {
      gc()
      await new Promise(setImmediate)
      const { arrayBuffers } = process.memoryUsage()
      if (arrayBuffers < limit || tries === 50) return arrayBuffers
    }
  }
  // Garbage of earlier tests may be swept now, too: what is left when ten collections in a row found none.
  let before = await used()
  for (let same = 0; same < 10;) {
    const now = await used()
    same = now < before ? 0 : same + 1
    before = Math.min(before, now)
  }
  const limit = 2.1 * 4 * length
  const store = await StateStore.open(folder)
  expect((await used(before + 4 * length * 0.1)) - before).toBeLessThan(4 * length * 0.1)
  let most = 0
  for (const hash of hashes.slice(0, 8)) {
    expect((await store.load(hash))?.model[17]).toBe(3)
    most = Math.max(most, (await used(before + limit)) - before)
  }
  expect(most).toBeLessThan(limit)
  // At least one model was seen, so the measure sees models.
  expect(most).toBeGreaterThan(4 * length * 0.5)
})
