import { afterAll, beforeAll, expect, it } from 'vitest'
import { readClaim, readCurrentRound, readLineage, readModelId, registerModel, witnessClaim } from '../../../src/chain/index.ts'
import { claimHash, commitWord, fingerprintsRoot } from '../../../src/protocol/index.ts'
import type { Claim } from '../../../src/protocol/index.ts'
import { claimOn, enrol, genesis, hash, hotSender, openTask, startTestChain, WINDOWS, sealAndPost } from './harness.ts'
import type { TestChain } from './harness.ts'

let on: TestChain
let task: bigint
const claims: Claim[] = [genesis]

beforeAll(async () => {
  on = await startTestChain()
  await enrol(on, 1, 'operator')
  task = await openTask(on)
  for (const round of [1n, 2n]) {
    await on.pass(WINDOWS.commit)
    const parent = claimHash(task, round - 1n, claims.at(-1)!)
    const claim = claimOn(parent, { modelRoot: hash(`model ${round}`) })
    await sealAndPost(hotSender(on, 1), { ...on.contracts, task, round, claim })
    claims.push(claim)
  }
}, 60_000)
afterAll(async () => on[Symbol.asyncDispose]())

const metadata = {
  datasets: fingerprintsRoot([hash('images'), hash('labels')]),
  code: commitWord('0123456789012345678901234567890123456789'),
  licence: hash('MIT'),
  weights: hash('model.safetensors'),
}

it('takes no model of a round that can still be rejected', async () => {
  const { registry } = on.deployment
  await registerModel(on.sender(5), { registry, task, round: 0n, claim: genesis })
  const early = registerModel(on.governor, { registry, task, round: 1n, claim: claims[1]!, metadata })
  await expect(early).rejects.toMatchObject({ code: 'ROUND_NOT_FINAL' })
  expect(await readModelId(on.chain, { registry, task, round: 1n })).toBeUndefined()
})

it('registers final models by their operator, and leads from the newest to genesis', async () => {
  const { registry } = on.deployment
  const { sealEnd } = await readCurrentRound(on.chain, { ...on.contracts, task })
  expect(sealEnd).toBeGreaterThan(0)
  await on.pass(WINDOWS.challenge)
  const register = async (round: bigint) =>
    registerModel(hotSender(on, 1), { registry, task, round, claim: claims[Number(round)]!, metadata })
  await expect(register(2n)).rejects.toMatchObject({ details: { error: 'ParentMissing' } })
  const foreign = registerModel(on.sender(5), { registry, task, round: 1n, claim: claims[1]!, metadata })
  await expect(foreign).rejects.toMatchObject({ details: { error: 'NotRegistrar' } })
  await register(1n)
  const { id } = await register(2n)
  await expect(register(2n)).rejects.toMatchObject({ details: { error: 'AlreadyRegistered' } })
  expect(id).toBe((await readClaim(on.chain, { ...on.contracts, task, round: 2n }))!.claimHash)
  expect(await readModelId(on.chain, { registry, task, round: 2n })).toBe(id)
  const lineage = await readLineage(on.chain, { registry, id })
  expect(lineage.map(({ round, parent, modelRoot }) => ({ round, parent, modelRoot }))).toEqual(
    [2n, 1n, 0n].map((round) => {
      const { parent, modelRoot } = claims[Number(round)]!
      return { round, parent, modelRoot }
    }),
  )
  expect(lineage[0]!.metadata).toEqual(metadata)
})

it('learns from a final claim that the one before is final', async () => {
  const { registry } = on.deployment
  await witnessClaim(on.sender(5), { registry, task, round: 2n, claim: claims[2]! })
  const forged = { ...claims[2]!, parent: hash('mine') }
  await expect(witnessClaim(on.sender(5), { registry, task, round: 2n, claim: forged })).rejects.toMatchObject({
    code: 'ROUND_NOT_FINAL',
  })
})
