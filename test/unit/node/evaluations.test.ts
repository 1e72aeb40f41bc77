import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../../src/core/index.ts'
import {
  EVALUATED_CLAIMS,
  RoundFiles,
  Evaluations,
  loadRoundFile,
  EVALUATION_FILES,
  NodeEvents,
  summarise,
} from '../../../src/node/index.ts'
import type { NodeEvent } from '../../../src/node/index.ts'
import { lowerHex, metricsOf, signStatement, STATEMENTS } from '../../../src/protocol/index.ts'
import type { EvaluationMessage } from '../../../src/protocol/index.ts'
import type { PostedRound } from '../../../src/replay/index.ts'
import { ClaimChain, DOMAIN, signer, snapshotOfSigners, TASK } from '../../support/claim-chain.ts'
import type { Signer } from '../../support/claim-chain.ts'

const [ann, bob, eve] = [signer(0xab), signer(2), signer(7)]

let folder = ''
let chain: ClaimChain
let told: NodeEvent[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-evaluations-'))
  chain = new ClaimChain()
  told = []
})
afterEach(async () => rm(folder, { recursive: true }))

async function open(): Promise<{ evaluations: Evaluations; files: RoundFiles<EvaluationMessage> }> {
  const events = new NodeEvents(silentLogger)
  events.onAny((event) => told.push(event))
  const files = new RoundFiles(folder, EVALUATION_FILES, silentLogger)
  const snapshotOf = async () => snapshotOfSigners([ann, bob])
  const evaluations = new Evaluations({ domain: DOMAIN, task: TASK, history: chain.history, snapshotOf, files, events })
  await evaluations.begin()
  return { evaluations, files }
}

async function said(
  { round, claim }: Pick<PostedRound, 'round' | 'claim'>,
  { owner, key }: Signer,
  metrics: Record<string, number>,
  change: Partial<EvaluationMessage> = {},
): Promise<EvaluationMessage> {
  const body = { kind: 'evaluation', task: TASK, round, member: owner, modelRoot: claim.modelRoot, samples: 10 } as const
  const unsigned: EvaluationMessage = { ...body, metrics: metricsOf(metrics), signature: '0x', ...change }
  const signature = await signStatement(DOMAIN, 'Evaluation', STATEMENTS.evaluation.body(unsigned), key)
  return { ...unsigned, signature }
}

describe('evaluations', () => {
  it('of members are kept, told, written and served; the first of each counts', async () => {
    const { evaluations, files } = await open()
    const posted = chain.post(1n)
    const first = await said(posted, ann, { accuracy: 0.9 })
    expect(await evaluations.validate(first)).toEqual({ verdict: 'accept' })
    evaluations.take(first)
    expect(await evaluations.validate(first)).toMatchObject({ verdict: 'ignore', code: 'MESSAGE_REPLAYED' })
    const second = await said(posted, ann, { accuracy: 1 })
    expect(await evaluations.validate(second)).toMatchObject({ verdict: 'ignore', code: 'MESSAGE_CONFLICT' })
    evaluations.take(second)
    expect(evaluations.messages(1n)).toEqual([first])
    expect(told).toEqual([
      { event: 'memberEvaluated', round: 1n, member: lowerHex(ann.owner), samples: 10, metrics: { accuracy: 0.9 } },
    ])
    await files.settled()
    expect(await loadRoundFile(folder, EVALUATION_FILES, 1n)).toEqual([first])
  })

  it('cannot be said for another: neither with another key, nor by somebody who is no member', async () => {
    const { evaluations } = await open()
    const posted = chain.post(1n)
    const forged = { ...(await said(posted, eve, { accuracy: 0.1 })), member: bob.owner }
    expect(await evaluations.validate(forged)).toMatchObject({ verdict: 'reject', code: 'SIGNATURE_INVALID' })
    const changed = { ...(await said(posted, ann, { accuracy: 0.9 })), metrics: metricsOf({ accuracy: 0.1 }) }
    expect(await evaluations.validate(changed)).toMatchObject({ verdict: 'reject', code: 'SIGNATURE_INVALID' })
    const stranger = await said(posted, eve, { accuracy: 0.1 })
    expect(await evaluations.validate(stranger)).toMatchObject({ verdict: 'reject', code: 'MEMBER_UNKNOWN' })
    const elsewhere = await said(posted, ann, { accuracy: 0.1 }, { task: 9n })
    expect(await evaluations.validate(elsewhere)).toMatchObject({ verdict: 'reject', code: 'MESSAGE_WRONG_TASK' })
  })

  it('are of the model that stands: earlier ones wait, those of a rejected claim and of old rounds do not count', async () => {
    const { evaluations } = await open()
    const posted = chain.post(1n)
    const ahead = await said({ ...posted, round: 2n }, ann, { loss: 1 })
    expect(await evaluations.validate(ahead)).toMatchObject({ code: 'MESSAGE_EARLY' })
    const message = await said(posted, ann, { loss: 1 })
    evaluations.take(message)
    chain.reject(1n)
    expect(evaluations.messages(1n)).toEqual([])
    const other = chain.post(1n, 1)
    expect(other.claim.modelRoot).not.toBe(posted.claim.modelRoot)
    expect(await evaluations.validate(message)).toMatchObject({ verdict: 'ignore', code: 'MESSAGE_EARLY' })
    for (let round = 2n; round <= BigInt(EVALUATED_CLAIMS) + 1n; round++) chain.post(round)
    expect(await evaluations.validate(await said(other, ann, { loss: 1 }))).toMatchObject({ code: 'MESSAGE_LATE' })
  })

  it('outlive a restart, and a file that somebody changed adds nothing', async () => {
    const posted = chain.post(1n)
    const { evaluations, files } = await open()
    const [mine, theirs] = [await said(posted, ann, { loss: 1 }), await said(posted, bob, { loss: 2 })]
    // A node's own address comes from the chain with capital letters.
    evaluations.take({ ...mine, member: `0x${ann.owner.slice(2).toUpperCase()}` })
    evaluations.take(theirs)
    await files.settled()
    expect((await open()).evaluations.messages(1n)).toEqual([mine, theirs])
    const path = join(folder, '1.json')
    await writeFile(path, (await readFile(path, 'utf8')).replace('2000000', '1000000'))
    expect((await open()).evaluations.messages(1n)).toEqual([mine])
    await writeFile(path, 'no JSON')
    expect((await open()).evaluations.messages(1n)).toEqual([])
    await expect(loadRoundFile(folder, EVALUATION_FILES, 1n)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  })

  it('that come while those of the last run are read are not lost', async () => {
    const posted = chain.post(1n)
    const events = new NodeEvents(silentLogger)
    const files = new RoundFiles(folder, EVALUATION_FILES, silentLogger)
    const snapshotOf = async () => snapshotOfSigners([ann, bob])
    const evaluations = new Evaluations({ domain: DOMAIN, task: TASK, history: chain.history, snapshotOf, files, events })
    const message = await said(posted, ann, { loss: 1 })
    evaluations.take(message)
    await evaluations.begin()
    expect(evaluations.messages(1n)).toEqual([message])
    await files.settled()
  })
})

describe('the summary of a metric', () => {
  const member = (n: number, stake: bigint, metrics: Record<string, number>) => ({
    member: signer(n).owner,
    stake,
    samples: 1,
    metrics,
  })

  it('weighs by stake; a liar moves the median by one place', () => {
    const honest = [0.8, 0.9, 0.85, 0.95].map((accuracy, n) => member(n, 1n, { accuracy }))
    const summary = summarise([...honest, member(9, 1n, { accuracy: 1e6, loss: 3 })])
    expect([...summary.keys()]).toEqual(['accuracy', 'loss'])
    expect(summary.get('accuracy')).toMatchObject({ members: 5, median: 0.9, least: 0.8, most: 1e6 })
    expect(summary.get('loss')).toEqual({ members: 1, mean: 3, median: 3, least: 3, most: 3, spread: 0 })
    const weighed = summarise([member(1, 3n, { loss: 1 }), member(2, 1n, { loss: 5 })]).get('loss')!
    expect(weighed).toEqual({ members: 2, mean: 2, median: 3, least: 1, most: 5, spread: 2 })
  })

  it('of nobody is none', () => expect([...summarise([])]).toEqual([]))
})
