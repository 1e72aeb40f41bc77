import { expect, it } from 'vitest'
import { silentLogger } from '../../../../src/core/index.ts'
import { commit, saidIn } from '../../../../src/node/index.ts'
import { createMemoryJournal } from '../../../../src/storage/index.ts'
import {
  commitmentOf,
  commitmentsHash,
  initialRoundState,
  reduceRound,
  versionsRoot,
  viaSignature,
} from '../../../../src/protocol/index.ts'
import type { Hash, Message, OwnUpdate, RoundEvent, RoundState } from '../../../../src/protocol/index.ts'
import { address, hash, PLAN, SIGNATURE } from '../../../support/node/round-events.ts'

const versions = [0, 1, 2, 3].map((version) => hash(100 + version))
const own: OwnUpdate = { updateRoot: versionsRoot(versions), salt: hash(7), versions }
const plan = { ...PLAN, spec: { ...PLAN.spec, committee: 4 * 256 + 8 }, buckets: [[1, 2, 3, 4].map(address)] }

/** The round once these members are sealed. */
function sealedOf(numbers: readonly number[]): RoundState {
  const rows = numbers.map((n) => ({
    member: address(n),
    commitment: commitmentOf(PLAN.task, PLAN.round, address(n), n === 1 ? own.updateRoot : hash(n), n === 1 ? own.salt : hash(n)),
    source: viaSignature(SIGNATURE),
  }))
  const digest = commitmentsHash(rows)
  const events: RoundEvent[] = [
    { type: 'sealed', digest, count: rows.length, sealedAt: 1060 },
    { type: 'seal', rows },
  ]
  return events.reduce(reduceRound, initialRoundState(plan))
}

/** Member 1. */
function member() {
  const [shown, sent] = [[] as { version: number; root: Hash }[], [] as Message[]]
  const voice = {
    owner: address(1),
    once: saidIn(createMemoryJournal()),
    sign: async () => SIGNATURE,
    publish: async (message: Message) => void sent.push(message),
  }
  const needs = { task: { id: PLAN.task, domain: {} }, voice, logger: silentLogger } as unknown as Parameters<typeof commit>[0]
  const unused = async (): Promise<never> => {
    throw new Error('not asked for')
  }
  const duties = commit(needs, { handIn: unused, force: unused, show: async (_plan, one) => void shown.push(one) })
  const reveal = async (state: RoundState, what = own) =>
    duties.reveal!({ type: 'reveal', key: 'reveal', ...what }, state, new AbortController().signal)
  return { shown, sent, reveal }
}

it('shows the version that the seal names before it reveals, and holds it', async () => {
  const { reveal, shown, sent } = member()
  const events = await reveal(sealedOf([1, 2, 4]))
  expect(shown).toEqual([{ version: 2, root: versions[2] }])
  expect(events).toEqual([
    { type: 'held', updateRoot: versions[2] },
    { type: 'reveal', member: address(1), signature: SIGNATURE, ...own },
  ])
  expect(sent).toEqual([expect.objectContaining({ kind: 'reveal', versions })])
})

it('shows nothing where two of a bucket have a row, and reveals', async () => {
  const { reveal, shown, sent } = member()
  expect(await reveal(sealedOf([1, 2]))).toEqual([expect.objectContaining({ type: 'reveal' })])
  expect(shown).toEqual([])
  expect(sent).toHaveLength(1)
})

it('shows one version of one row in a round, whatever a reorganisation makes of it', async () => {
  const { reveal, shown, sent } = member()
  await reveal(sealedOf([1, 2, 3, 4]))
  expect(await reveal(sealedOf([1, 2, 3]))).toEqual([expect.objectContaining({ type: 'reveal' })])
  const other = { ...own, versions: versions.with(0, hash(200)) }
  expect(await reveal(sealedOf([1, 2, 3, 4]), other)).toEqual([expect.objectContaining({ type: 'reveal' })])
  expect(shown).toEqual([{ version: 0, root: versions[0] }])
  await reveal(sealedOf([1, 2, 3, 4]))
  expect(shown).toEqual([
    { version: 0, root: versions[0] },
    { version: 0, root: versions[0] },
  ])
  expect(sent).toHaveLength(4)
})
